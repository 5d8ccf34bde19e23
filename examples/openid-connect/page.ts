import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';

type Language = 'en' | 'es' | 'pt-BR';
type Texts = Record<
  'title' | 'nobody' | 'signIn' | 'signedInAs' | 'signOut' | 'refused' | 'failed' | 'back' | 'readNotes' | 'writeNote' | 'apiSays',
  string
>;

const all = JSON.parse(readFileSync(new URL('texts.json', import.meta.url), 'utf8')) as Record<Language, Texts>;

/** The first language of the browser that we have; English otherwise. */
function languageOf(request: IncomingMessage): Language {
  for (const wanted of (request.headers['accept-language'] ?? '').toLowerCase().split(',')) {
    const found = (Object.keys(all) as Language[]).find((one) => wanted.trim().startsWith(one.slice(0, 2)));
    if (found) return found;
  }
  return 'en';
}

export const textsFor = (request: IncomingMessage): Texts => all[languageOf(request)];

export const escapeHtml = (value: unknown): string => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f766e"/><path d="M10 7h12v18H10zM18 16h1.5" fill="none" stroke="#fff" stroke-width="2.5"/></svg>';

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;background:light-dark(#f1f5f9,#0f172a);color:light-dark(#1e293b,#e2e8f0)}
main{box-sizing:border-box;max-width:40rem;margin:8vh auto;padding:1.5rem 2rem 2rem;background:light-dark(#fff,#1e293b);border-radius:.75rem}
h1{display:flex;gap:.75rem;align-items:center;margin:0 0 1rem;font-size:1.4rem}h1 svg{width:2rem}
table{width:100%;border-collapse:collapse}th,td{padding:.35rem 1rem .35rem 0;text-align:start;vertical-align:top;overflow-wrap:anywhere;border-top:1px solid light-dark(#e2e8f0,#334155)}
pre{white-space:pre-wrap;overflow-wrap:anywhere}th{font-weight:500;white-space:nowrap}.button{font:inherit;border:0;cursor:pointer;display:inline-block;padding:.5rem 1rem;border-radius:.4rem;background:#0f766e;color:#fff;text-decoration:none}
@media (max-width:45rem){main{margin:0;min-height:100vh;border-radius:0}}`;

/** A whole page in the reader's language. @param body HTML; what comes from outside is escaped in it */
export function page(request: IncomingMessage, body: string): string {
  const { title } = textsFor(request);
  return `<!doctype html><html lang="${languageOf(request)}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><link rel="icon" href="/icon.svg"><style>${style}</style>
<body><main><h1>${icon}${title}</h1>${body}</main></body></html>`;
}

export const button = (href: string, text: string): string => `<p><a class="button" href="${href}">${text}</a></p>`;

export const postButton = (action: string, text: string): string =>
  `<form method="post" action="${action}"><p><button class="button">${text}</button></p></form>`;

/** A table of names and values from outside. */
export function rowsOf(values: Record<string, unknown>): string {
  const rows = Object.entries(values).map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(Array.isArray(value) ? value.join(', ') : value)}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}
