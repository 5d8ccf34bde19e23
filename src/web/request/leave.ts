import type { Context } from 'koa';

/**
 * Redirects out of our pages by GET (RFC 9110 §15.4.4). Koa would parse the address and write it again in its own way: `?flag&p=(y)` belongs to whoever registered it (RFC 6749 §3.1.2).
 * Only after a GET: after a form Chromium holds every address that follows against `form-action`, so there a page leads on (web/oidc/middlewares/leave-by-page.ts).
 */
export function leaveTo(ctx: Pick<Context, 'status' | 'set'>, address: string): void {
  ctx.status = 303;
  // what a header cannot carry; no printable character is touched
  ctx.set('location', address.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent));
}

/**
 * An address with parameters added to its query, which stays as it is, byte for byte.
 * @param parameters one of a name that the query has already takes its place: a name must not come twice (RFC 6749 §3.1)
 */
export function withParameters(address: string, parameters: Record<string, string>): string {
  const [, beforeHash = '', hash = ''] = /^([^#]*)(.*)$/s.exec(address)!;
  const at = beforeHash.indexOf('?');
  const own = at < 0 ? [] : beforeHash.slice(at + 1).split('&');
  const isReplaced = (pair: string) => [...new URLSearchParams(pair).keys()].some((name) => Object.hasOwn(parameters, name));
  const pairs = own.filter((pair) => !isReplaced(pair));
  const added = new URLSearchParams(parameters).toString();
  const query = [...(pairs.join('') === '' ? [] : pairs), ...(added ? [added] : [])].join('&');
  return `${at < 0 ? beforeHash : beforeHash.slice(0, at)}${query || at >= 0 ? '?' : ''}${query}${hash}`;
}
