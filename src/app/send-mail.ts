import { linkPathPurpose } from '../domain/one-time-links/index.ts';
import type { ContextId } from '../domain/scope.ts';
import { isLocale } from '../platform/i18n/index.ts';
import type { Mailer } from '../platform/mail/index.ts';
import type { Services } from '../web/request/index.ts';

/** A mail as a job carries it: which one, to whom, in whose language, and the page it leads to; sealed when the path itself is a secret. */
export type MailJob = {
  contextId: string;
  to: string;
  locale?: string;
  mail: string;
  params: Record<string, unknown>;
  path?: string;
  sealedPath?: string;
};

/** Words and layout of a mail, and its link from the context's configured address (law 3). @throws Error when the mail server did not take it */
export async function sendMail({ services, mailer }: { services: Services; mailer: Mailer | undefined }, job: MailJob): Promise<void> {
  const context = await services.contexts.byId(job.contextId as ContextId);
  if (!context) return;
  if (!mailer) return services.log.warn({ mail: job.mail }, 'no mail server is configured: a mail was not sent');
  const locale = isLocale(job.locale) ? job.locale : 'en';
  const t = services.i18n.for(locale);
  const params = { ...job.params, company: context.name };
  const path = job.sealedPath ? services.keyRing.decrypt(job.sealedPath, linkPathPurpose(job.contextId)).toString() : job.path;
  const link = `${context.url}${path}`;
  const subject = t(`mail.${job.mail}.subject`, params).replace(/\p{Cc}+/gu, ' ');
  const lines = {
    greeting: t('mail.greeting', params),
    body: t(`mail.${job.mail}.body`, params),
    link,
    action: t(`mail.${job.mail}.action`, params),
    company: context.name,
  };
  await mailer.send({
    to: job.to,
    subject,
    text: `${lines.greeting}\n\n${lines.body}\n\n${lines.action}: ${link}\n\n${context.name}\n`,
    html: services.views.render('mail/mail', { ...lines, subject, locale }),
  });
}
