import { brandingSettings } from '../domain/company/branding/index.ts';
import { type MailJob, mailLinkPurpose, type OldMailJob, unsealPage } from '../domain/company/mails/index.ts';
import type { ContextId } from '../domain/scope.ts';
import type { KeyRing } from '../platform/crypto/index.ts';
import { isLocale } from '../platform/i18n/index.ts';
import type { Mailer } from '../platform/mail/index.ts';
import { count } from '../platform/metrics/index.ts';
import { composeMail, type Services } from '../web/request/index.ts';
import { pathOf } from './page-paths.ts';

/** @returns the path inside the context @throws Error when the mail leads nowhere */
function linkOf(keyRing: KeyRing, contextId: ContextId, job: MailJob | OldMailJob): string {
  if ('sealedLeadsTo' in job && job.sealedLeadsTo) return pathOf(unsealPage(keyRing, contextId, job.sealedLeadsTo));
  if ('leadsTo' in job && job.leadsTo) return pathOf(job.leadsTo);
  const { path, sealedPath } = job as OldMailJob;
  const known = sealedPath ? keyRing.decrypt(sealedPath, mailLinkPurpose(contextId)).toString() : path;
  if (!known?.startsWith('/')) throw new Error(`the mail ${job.mail} leads to no page`);
  return known;
}

/** A mail with a link from the company's configured address (law 3). @throws Error when it leads to no page, or the mail server did not take it */
export async function sendMail(
  { services, mailer }: { services: Services; mailer: Mailer | undefined },
  contextId: ContextId,
  job: MailJob | OldMailJob,
): Promise<void> {
  const context = await services.contexts.byId(contextId);
  if (!context) return;
  if (!mailer) {
    count('portaria_mails_total', { outcome: 'unsent' });
    return services.log.warn({ mail: job.mail }, 'no mail server is configured: a mail was not sent');
  }
  const locale = isLocale(job.locale) ? job.locale : 'en';
  const branding = await services.findSettings(contextId, brandingSettings);
  const link = `${context.url}${linkOf(services.keyRing, contextId, job)}`;
  const letter = await composeMail(services, context, { mail: job.mail, locale, params: job.params, link, branding });
  const sending = mailer.send({ box: contextId, sender: context.name, to: job.to, ...letter });
  await sending.catch((error) => {
    count('portaria_mails_total', { outcome: 'failed' });
    throw error;
  });
  count('portaria_mails_total', { outcome: 'sent' });
}
