import { IncomingMessage, type ServerResponse } from 'node:http';

const marked = new WeakMap<ServerResponse, string>();
const led = new WeakSet<ServerResponse>();

/** More than any journey of ours has; whatever leads in a circle is left to the browser, which stops it. */
const mostHops = 4;

/** Of a request that had a body, and of what a browser has already. */
const ofTheFirst = new Set([
  'content-length',
  'content-type',
  'transfer-encoding',
  'expect',
  'origin',
  'if-none-match',
  'if-modified-since',
]);
/** What stays of an answer that nobody sees. */
const kept = new Set(['set-cookie', 'x-request-id', 'traceparent']);

/**
 * Says that the redirect of this answer leads to a page of ours that this same browser is expected at: it need not come back for it.
 * Only for an address that we created, for the sender of this request. @param location as in the response
 */
export const leadInside = (response: ServerResponse, location: string): void => void marked.set(response, location);

/** Whether what is answered has another address in the browser: a page that has forms, or may be loaded again, is to be led to by a redirect. */
export const isLedInside = (response: ServerResponse): boolean => led.has(response);

/**
 * Answers a redirect that was marked by `leadInside` with what is at its end, as if the browser had followed it: with the cookies that it would have by then.
 * @param serve answers a request that a browser would have sent next
 */
export function followInside(request: IncomingMessage, response: ServerResponse, serve: (next: IncomingMessage) => void): void {
  // HEAD requests change nothing, and so are not redirected
  if (request.method !== 'GET' && request.method !== 'POST') return;
  const headers = { ...request.headers };
  const end = response.end;
  let hops = 0;
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    const location = marked.get(response);
    marked.delete(response);
    const isRedirect = (response.statusCode === 302 || response.statusCode === 303) && !response.headersSent;
    if (!isRedirect || location === undefined || response.getHeader('location') !== location || ++hops > mostHops) {
      // of a form that was led on by GET (RFC 9110 §15.4.4)
      if (isRedirect && led.has(response)) response.statusCode = 303;
      return (end as (...given: unknown[]) => ServerResponse).apply(response, args);
    }
    led.add(response);
    const { pathname: path, search } = new URL(location, 'http://localhost');
    const next = new IncomingMessage(request.socket);
    const cookie = cookiesAfter(headers.cookie, setCookiesOf(response), path);
    Object.assign(next, { method: 'GET', url: path + search, httpVersionMajor: 1, httpVersionMinor: 1, complete: true });
    next.headers = { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheFirst.has(name))), cookie };
    next.push(null);
    for (const name of response.getHeaderNames()) if (!kept.has(name)) response.removeHeader(name);
    response.statusCode = 200;
    serve(next);
    return response;
  } as typeof response.end;
}

const setCookiesOf = (response: ServerResponse): string[] => [response.getHeader('set-cookie') ?? []].flat().map(String);

/** The Cookie header of a browser that sent this one and was answered with these cookies (RFC 6265 §5.3, §5.4). */
export function cookiesAfter(header: string | undefined, setCookies: string[], path: string): string {
  const jar = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at > 0 && !jar.has(name)) jar.set(name, pair.slice(at + 1).trim());
  }
  for (const line of setCookies) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const attribute = (name: string) => attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const own = attribute('path') ?? '/';
    if (!(path === own || path.startsWith(own.endsWith('/') ? own : `${own}/`))) continue;
    const expires = attribute('expires');
    const isOver =
      attribute('max-age') !== undefined ? Number(attribute('max-age')) <= 0 : expires !== undefined && Date.parse(expires) <= 0;
    if (isOver || value === '') jar.delete(name);
    else jar.set(name, value);
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}
