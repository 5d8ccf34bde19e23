// Owns: the page with mails that nobody sent, for whoever tries Portaria out on this very machine. Does not: exist where mails are sent (app decides).
import { notFound } from '../../platform/errors/index.ts';
import type { Mailbox } from '../../platform/mail/index.ts';
import { addressMatcher } from '../../platform/net/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';

export const keptMailRoutes = (mailbox: Mailbox): Route[] => [
  { method: 'GET', path: '/mails', access: 'anyone', handle: async (page) => showMails(page, mailbox) },
];

const isLoopback = addressMatcher(['127.0.0.0/8', '::1']);

function showMails(page: PageContext, mailbox: Mailbox): void {
  const { ctx, scope, context } = page;
  // a proxy on this machine would make everybody look local
  if (!isLoopback(scope.actor.ip ?? '') || ctx.get('x-forwarded-for') || ctx.get('forwarded')) throw notFound();
  renderPage(page, 'kept-mails/mails', { mails: mailbox.list(context.contextId) });
}
