import type { Branding } from '../../domain/company/branding/index.ts';
import { fillIn, type MailName, mailTexts } from '../../domain/company/mails/index.ts';
import type { Locale } from '../../platform/i18n/index.ts';
import type { ResolvedContext } from './context-directory.ts';
import type { Services } from './services.ts';

type Letter = {
  mail: MailName;
  locale: Locale;
  params: Record<string, string | number>;
  /** Where its button leads. */
  link: string;
  branding: Pick<Branding, 'color' | 'logo'>;
};

/** Words and layout of a mail: the company's own words where it wrote some, its logo and its colour. */
export async function composeMail(
  services: Services,
  context: ResolvedContext,
  { mail, locale, params, link, branding: { color, logo } }: Letter,
): Promise<{ subject: string; text: string; html: string }> {
  const t = services.i18n.for(locale);
  const all = { ...params, company: context.name };
  const own = (await services.findSettings(context.contextId, mailTexts))[mail]?.[locale];
  const word = (part: 'subject' | 'body' | 'action') => (own ? fillIn(own[part], all) : t(`mail.${mail}.${part}`, all));
  const isApproval = context.environment === 'approval';
  const ownSubject = word('subject').replace(/\p{Cc}+/gu, ' ');
  // also where the words are the company's own: nobody may take it for a mail of production
  const subject = isApproval ? t('mail.approval_subject', { subject: ownSubject }) : ownSubject;
  const badge = isApproval ? t('mail.approval', { company: (await services.contexts.findPair(context))?.name ?? context.name }) : undefined;
  const lines = {
    greeting: params.firstName ? t('mail.greeting', all) : t('mail.greeting_plain'),
    paragraphs: word('body').split(/\n\s*\n/),
    link,
    action: word('action'),
    company: context.name,
  };
  return {
    subject,
    text: `${badge ? `*** ${badge} ***\n\n` : ''}${lines.greeting}\n\n${lines.paragraphs.join('\n\n')}\n\n${lines.action}: ${link}\n\n${context.name}\n`,
    html: services.views.render('mail/mail', {
      ...lines,
      badge,
      subject,
      locale,
      color,
      logo: logo && `${context.url}${services.pathOf({ page: 'company-logo' })}?v=${logo}`,
    }),
  };
}
