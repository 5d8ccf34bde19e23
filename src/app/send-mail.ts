import { brandingSettings } from '../domain/company/branding/index.ts';
import { fillIn, type MailJob, mailLinkPurpose, mailTexts, type OldMailJob, unsealPage } from '../domain/company/mails/index.ts';
import type { ContextId } from '../domain/scope.ts';
import type { KeyRing } from '../platform/crypto/index.ts';
import { isLocale } from '../platform/i18n/index.ts';
import type { Mailer } from '../platform/mail/index.ts';
import { count } from '../platform/metrics/index.ts';
import type { Services } from '../web/request/index.ts';
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

/**
 * Words and layout of a mail: the company's own words where it wrote some, its logo and colour, and a link from its configured address (law 3).
 * @throws Error when it leads to no page, or the mail server did not take it
 */
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
  const t = services.i18n.for(locale);
  const params = { ...job.params, company: context.name };
  const own = (await services.findSettings(contextId, mailTexts))[job.mail]?.[locale];
  const { color, logo } = await services.findSettings(contextId, brandingSettings);
  const word = (part: 'subject' | 'body' | 'action') => (own ? fillIn(own[part], params) : t(`mail.${job.mail}.${part}`, params));
  const isApproval = context.environment === 'approval';
  const ownSubject = word('subject').replace(/\p{Cc}+/gu, ' ');
  // also where the words are the company's own: nobody may take it for a mail of production
  const subject = isApproval ? t('mail.approval_subject', { subject: ownSubject }) : ownSubject;
  const badge = isApproval ? t('mail.approval', { company: (await services.contexts.findPair(context))?.name ?? context.name }) : undefined;
  const lines = {
    greeting: job.params.firstName ? t('mail.greeting', params) : t('mail.greeting_plain'),
    paragraphs: word('body').split(/\n\s*\n/),
    link: `${context.url}${linkOf(services.keyRing, contextId, job)}`,
    action: word('action'),
    company: context.name,
  };
  const sending = mailer.send({
    box: contextId,
    sender: context.name,
    to: job.to,
    subject,
    text: `${badge ? `*** ${badge} ***\n\n` : ''}${lines.greeting}\n\n${lines.paragraphs.join('\n\n')}\n\n${lines.action}: ${lines.link}\n\n${context.name}\n`,
    html: services.views.render('mail/mail', {
      ...lines,
      badge,
      subject,
      locale,
      color,
      logo: logo && `${context.url}${pathOf({ page: 'company-logo' })}?v=${logo}`,
    }),
  });
  await sending.catch((error) => {
    count('portaria_mails_total', { outcome: 'failed' });
    throw error;
  });
  count('portaria_mails_total', { outcome: 'sent' });
}
