import type { Locale, Translate } from '../../platform/i18n/index.ts';
import { locales } from '../../platform/i18n/negotiate.ts';
import { software } from '../version.ts';
import { type Html, html } from './html.ts';
import type { Session } from './sessions.ts';

/** Of one request: its language, and who asks. */
export type View = { t: Translate; locale: Locale; session: Session | undefined; path: string };

const languages: Record<Locale, string> = { en: 'English', es: 'Español', 'pt-BR': 'Português' };
const tabs = [
  { path: '/', key: 'smartsync.tabs.home' },
  { path: '/directory', key: 'smartsync.tabs.directory' },
];

/** A field that proves that the form came from our own page. */
export const csrfField = ({ session }: View): Html => html`<input type="hidden" name="csrf" value="${session?.csrf}">`;

export function layout(view: View, title: string, content: Html): string {
  const { t, locale, session, path } = view;
  const isCurrent = (tab: string) => (tab === path ? html` aria-current="page"` : undefined);
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – SmartSync</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#content">${t('smartsync.skip')}</a>
<header>
<p class="brand">SmartSync</p>
${
  session &&
  html`<nav aria-label="${t('smartsync.tabs.label')}"><ul>${tabs.map((tab) => html`<li><a href="${tab.path}"${isCurrent(tab.path)}>${t(tab.key)}</a></li>`)}</ul></nav>
<form method="post" action="/sign-out">${csrfField(view)}<button class="plain">${t('smartsync.sign_out')}</button></form>`
}
</header>
<main id="content">
<h1>${title}</h1>
${content}
</main>
<footer>
<nav aria-label="${t('smartsync.language')}"><ul>${locales.map((one) => html`<li><a href="${path}?lang=${one}" lang="${one}" hreflang="${one}"${one === locale && html` aria-current="true"`}>${languages[one]}</a></li>`)}</ul></nav>
<p>${software}</p>
</footer>
</body>
</html>
`.text;
}

export const alert = (text: string, detail?: string): Html =>
  html`<div class="alert bad" role="alert"><p>${text}</p>${detail && html`<p class="said">${detail}</p>`}</div>`;
export const notice = (text: string): Html => html`<div class="alert good" role="status"><p>${text}</p></div>`;

/** A row of what is so. Left out where there is nothing to say. */
export const fact = (name: string, value: string | Html | undefined): Html | undefined =>
  value === undefined || value === '' ? undefined : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
