import type { IncomingMessage, ServerResponse } from 'node:http';
import { setSecurityHeaders } from '../../platform/http/index.ts';
import { negotiateLocale } from '../../platform/i18n/index.ts';
import type { Services } from './services.ts';

/** Addresses that programs ask, whatever they say they accept. */
export const isOfPrograms = (path: string): boolean => /\/(oidc|smartsync|\.well-known)\//.test(path);

/** Without a company, in the language of the browser. */
export function unavailablePage({ i18n, views, assets }: Services, { headers }: Pick<IncomingMessage, 'headers'>): string {
  const locale = negotiateLocale(headers['accept-language'] ?? '');
  return views.render('errors/unavailable', { locale, t: i18n.for(locale), asset: assets.url });
}

/** Where not even the company could be read: a page in the language of the browser, or JSON for programs (the error of RFC 6749 §4.1.2.1). */
export function sendUnavailable(services: Services, request: IncomingMessage, response: ServerResponse): void {
  setSecurityHeaders(response, false);
  const { accept = '' } = request.headers;
  const forProgram = isOfPrograms(request.url ?? '') || (accept.includes('json') && !accept.includes('html'));
  response.writeHead(503, {
    'content-type': forProgram ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': '2',
    vary: 'accept, accept-language',
  });
  if (forProgram) return void response.end(JSON.stringify({ error: 'temporarily_unavailable' }));
  response.end(unavailablePage(services, request));
}
