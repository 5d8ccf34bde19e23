import { loadSettings } from '../../domain/company/context-settings/index.ts';
import { changeMailText, fillIn, type MailName, mailKinds, mailNames, mailTexts } from '../../domain/company/mails/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { isLocale, type Locale } from '../../platform/i18n/index.ts';
import { type PageContext, type Refusal, type Route, renameFields, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

export const messageRoutes: Route[] = [
  { method: 'GET', path: '/admin/messages', access: 'administrator', handle: showMessages },
  { method: 'GET', path: '/admin/messages/:mail/:locale', access: 'administrator', handle: showMessage },
  { method: 'POST', path: '/admin/messages/:mail/:locale', access: 'administrator', handle: submitMessage },
];

const parts = ['subject', 'body', 'action'] as const;
type Text = Record<(typeof parts)[number], string>;

async function showMessages(page: PageContext): Promise<void> {
  const { value } = await loadSettings(page.scope, mailTexts);
  const mails = mailNames.map((name) => ({ name, isOwn: (locale: Locale) => value[name]?.[locale] !== undefined }));
  renderPage(page, 'admin-console/messages/list', { mails });
}

function wanted({ params }: PageContext): { mail: MailName; locale: Locale } {
  const mail = mailNames.find((name) => name === params.mail);
  if (!mail || !isLocale(params.locale)) throw notFound();
  return { mail, locale: params.locale };
}

/** The product's own words, with their placeholders standing. */
function productText({ services }: PageContext, mail: MailName, locale: Locale): Text {
  const standing = Object.fromEntries([...mailKinds[mail], 'company'].map((name) => [name, `{{${name}}}`]));
  const t = services.i18n.for(locale);
  return Object.fromEntries(parts.map((part) => [part, t(`mail.${mail}.${part}`, standing)])) as Text;
}

async function showMessage(page: PageContext): Promise<void> {
  const { mail, locale } = wanted(page);
  const { value, version } = await loadSettings(page.scope, mailTexts);
  const own = value[mail]?.[locale];
  render(page, own ?? productText(page, mail, locale), version, own !== undefined);
}

function render(page: PageContext, values: Text, version: number, isOwn: boolean, refusal?: Refusal): void {
  const { mail, locale } = wanted(page);
  const names = [...mailKinds[mail], 'company'];
  const example: Record<string, string> = {
    ...Object.fromEntries(names.map((name) => [name, page.t(`messages.examples.${name}`)])),
    company: page.context.name,
  };
  const preview = Object.fromEntries(parts.map((part) => [part, fillIn(values[part], example)]));
  const greeting = page.services.i18n.for(locale)('mail.greeting', example);
  renderPage(
    page,
    'admin-console/messages/message',
    { mail, mailLocale: locale, values, version, isOwn, names, preview, greeting },
    { refusal },
  );
}

async function submitMessage(page: PageContext): Promise<void> {
  const { mail, locale } = wanted(page);
  const { form } = page;
  const text = Object.fromEntries(parts.map((part) => [part, form.get(part).replaceAll('\r\n', '\n')])) as Text;
  const isReset = form.get('reset') === 'yes';
  const done = await submitForm(
    page,
    () => changeMailText(page.scope, mail, locale, isReset ? undefined : text, shownVersion(page)),
    (refusal) => {
      const named = renameFields(refusal, (path) => path.split('.').at(-1)!);
      render(page, text, shownVersion(page), true, named);
    },
  );
  if (done) redirectTo(page, `/admin/messages/${mail}/${locale}`, 'settings_saved');
}
