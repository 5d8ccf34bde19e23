import type { IncomingMessage, ServerResponse } from 'node:http';
import { setSecurityHeaders } from '../../platform/http/index.ts';
import { negotiateLocale } from '../../platform/i18n/index.ts';
import { soapHeaders, writeSoapFault } from '../../platform/saml/index.ts';
import type { Services } from './services.ts';

/** Addresses for programs, whatever their Accept header says. Interactions are for people. */
export const isOfPrograms = (path: string): boolean =>
  /\/(oidc(?!\/interaction\/)|smartsync|\.well-known(?!\/change-password))\//.test(path);

type Asked = Pick<IncomingMessage, 'headers'>;

/** Without a company, in the language of the browser. */
function renderAlone({ i18n, views, assets }: Services, { headers }: Asked, code: 'unavailable' | 'no_such_address'): string {
  const locale = negotiateLocale(headers['accept-language'] ?? '');
  const t = i18n.for(locale);
  return views.render('errors/without-company', {
    locale,
    title: t(`error_titles.${code}`),
    message: t(`errors.${code}`),
    asset: assets.url,
  });
}

export const unavailablePage = (services: Services, request: Asked): string => renderAlone(services, request, 'unavailable');

/** Where no company is, to a browser. */
export const noSuchAddressPage = (services: Services, request: Asked): string => renderAlone(services, request, 'no_such_address');

/** Without a company: as SOAP for SOAP requests, as the error of RFC 6749 §4.1.2.1 for other programs, otherwise as a page. */
export function unavailableAnswer(services: Services, request: IncomingMessage, forProgram: boolean): { type: string; body: string } {
  if (/^(text\/xml|application\/soap\+xml)\b/i.test(request.headers['content-type'] ?? ''))
    return { type: soapHeaders['content-type'], body: writeSoapFault('temporarily unavailable', 'Server') };
  if (forProgram) return { type: 'application/json; charset=utf-8', body: JSON.stringify({ error: 'temporarily_unavailable' }) };
  return { type: 'text/html; charset=utf-8', body: unavailablePage(services, request) };
}

/** Where not even the company could be read. @param isOfPeople of an address: a browser is led there, whatever `isOfPrograms` says */
export function sendUnavailable(services: Services, request: IncomingMessage, response: ServerResponse, isOfPeople = false): void {
  setSecurityHeaders(response, false);
  const { accept = '' } = request.headers;
  const wantsJson = accept.includes('json') && !accept.includes('html');
  const { type, body } = unavailableAnswer(services, request, wantsJson || (isOfPrograms(request.url ?? '') && !isOfPeople));
  response.writeHead(503, {
    'content-type': type,
    'cache-control': 'no-store',
    'retry-after': '2',
    vary: 'accept, accept-language',
  });
  response.end(body);
}
