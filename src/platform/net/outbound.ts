import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { currentTrace, inSpan, traceparentOf } from '../tracing/index.ts';
import { addressMatcher, plainAddress } from './addresses.ts';

/** The address is private and no setting allows it. */
export class OutboundRefused extends Error {}

type Call = {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  /** Of the answer's body; 1 MB unless told. */
  maxBytes?: number;
  /** Takes the body of a 200 as it arrives, so that none of it is kept; what it throws ends the call. */
  take?: (chunk: Buffer) => void;
};

export type OutboundFetch = (url: string, call: Call) => Promise<{ status: number; body: string }>;

// IANA special-purpose registries (RFC 6890 and successors): nothing there is a partner on the internet
const specialUse = addressMatcher([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]);

/**
 * Calls an address that a person registered (SSRF rules): http or https only, no redirects, private addresses only as allowed, and the connection
 * goes to the very address that was checked, so that a second DNS answer changes nothing.
 * @param allow host, host:port, address or CIDR range
 */
export function createOutbound(allow: string[]): OutboundFetch {
  const isRange = (entry: string) => isIP(entry.split('/')[0]!) !== 0;
  const inAllowedRange = addressMatcher(allow.filter(isRange));
  const allowedHosts = new Set(allow.filter((entry) => !isRange(entry)));

  return async (target, { method = 'GET', headers = {}, body, timeoutMs = 5000, maxBytes = 1_048_576, take }) => {
    const url = new URL(target);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutboundRefused(`${url.protocol} is not http or https`);
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const found = isIP(hostname) ? [{ address: hostname, family: isIP(hostname) }] : await lookup(hostname, { all: true });
    const named = allowedHosts.has(url.hostname) || allowedHosts.has(`${url.hostname}:${port}`);
    const isAllowed = (address: string) => named || !specialUse(plainAddress(address)) || inAllowedRange(plainAddress(address));
    // one private answer among public ones is a rebinding attempt, not a partner
    if (!found.every(({ address }) => isAllowed(address)))
      throw new OutboundRefused(`${url.host} resolves to a private address that PORTARIA_OUTBOUND_ALLOW does not list`);

    const facts = { 'http.request.method': method, 'server.address': url.hostname, 'server.port': port };
    return inSpan(
      'client',
      method,
      facts,
      (span) =>
        new Promise((resolve, reject) => {
          const trace = currentTrace();
          const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
          const request = send(
            url,
            {
              method,
              headers: {
                'user-agent': 'Portaria',
                ...(trace ? { traceparent: traceparentOf(trace) } : {}),
                ...headers,
                ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
              },
              signal: AbortSignal.timeout(timeoutMs),
              lookup: (_host, options, done) => {
                if (options.all) done(null, found);
                else done(null, found[0]!.address, found[0]!.family);
              },
            },
            (response) => {
              const chunks: Buffer[] = [];
              let size = 0;
              response.on('data', (chunk: Buffer) => {
                size += chunk.length;
                if (size > maxBytes) return void request.destroy(new Error(`the answer of ${url.host} is larger than ${maxBytes} bytes`));
                if (!take || response.statusCode !== 200) return void chunks.push(chunk);
                try {
                  take(chunk);
                } catch (error) {
                  reject(error);
                  request.destroy();
                }
              });
              response.on('end', () => {
                span?.set({ 'http.response.status_code': response.statusCode });
                resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
              });
              response.on('error', reject);
            },
          );
          request.on('error', reject);
          request.end(body);
        }),
    );
  };
}
