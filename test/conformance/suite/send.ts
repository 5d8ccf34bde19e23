import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { send } from '../../support/jar.ts';
import { scaleLimit } from '../../support/patience.ts';

/** Where a name that only this run knows is found, and who vouches for it (PEM). */
export type Place = { host: string; port: number; authority: string };

/**
 * Requests as they are said, by http and https: no redirect is followed, no status is an error.
 * @param places by name of the host
 */
export function createSend(places: Map<string, Place>): typeof send {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  return (url, { method, headers = {}, form, body } = {}) => {
    const to = new URL(url);
    const content = form ? new URLSearchParams(form).toString() : body;
    const place = places.get(to.hostname);
    const isSecure = to.protocol === 'https:';
    const options = {
      host: place?.host ?? to.hostname.replace(/^\[|\]$/g, ''),
      port: place?.port ?? to.port,
      path: to.pathname + to.search,
      method: method ?? (content === undefined ? 'GET' : 'POST'),
      agent: isSecure ? agents.https : agents.http,
      timeout: scaleLimit(20_000),
      headers: {
        host: to.host,
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...(content === undefined ? {} : { 'content-length': Buffer.byteLength(content) }),
        ...headers,
      },
      ...(isSecure ? { servername: to.hostname, ca: place?.authority } : {}),
    };
    return new Promise((resolve, reject) => {
      const outgoing = (isSecure ? requestHttps : requestHttp)(options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            setCookie: incoming.headers['set-cookie'] ?? [],
            text: Buffer.concat(chunks).toString(),
            url,
            location: incoming.headers.location && new URL(incoming.headers.location, url).href,
          }),
        );
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${url}: no answer in time`)));
      outgoing.on('error', (error) => reject(new Error(`${url}: ${error.message}`, { cause: error })));
      outgoing.end(content);
    });
  };
}
