import { isIP, SocketAddress } from 'node:net';
import { plainAddress } from './addresses.ts';

/** Which header our proxies write: what stands in the other one may be the caller's own. `any`: X-Forwarded-For, and Forwarded where there is none. */
export type ForwardedHeader = 'any' | 'x-forwarded-for' | 'forwarded';

/** The headers as Node gives them: several lines are one, joined by commas. */
type Headers = { 'x-forwarded-for'?: string | string[]; forwarded?: string };

/**
 * Who is calling: the socket's address, or the first hop (from the right) of X-Forwarded-For or Forwarded (RFC 7239) that is not one of our own proxies.
 * Everything left of that hop was written by the caller and is not believed; nor is anything when a proxy did not say an address (RFC 7239 §6.2, §6.3).
 */
export function clientAddress(
  socketAddress: string,
  headers: Headers,
  isTrustedProxy: (address: string) => boolean,
  header: ForwardedHeader = 'any',
): string {
  let address = plainAddress(socketAddress);
  if (!isTrustedProxy(address)) return address;
  const listed = header === 'forwarded' ? '' : (headers['x-forwarded-for']?.toString() ?? '');
  const isListed = listed !== '' || header === 'x-forwarded-for';
  const takeHop = isListed ? hopsOfList(listed) : hopsOfForwarded(headers.forwarded ?? '');
  while (isTrustedProxy(address)) {
    const hop = readNode(takeHop() ?? '');
    if (hop === undefined) break;
    address = hop;
  }
  return address;
}

type TakeHop = () => string | undefined;

/** From the right. */
function hopsOfList(header: string): TakeHop {
  const hops = header.split(',');
  return () =>
    hops
      .pop()
      ?.trim()
      .replace(/^"(.*)"$/, '$1');
}

/** In quotes, within one element. */
const mostCommas = 8;
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const pair = `(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")`;
const element = new RegExp(`^[ \\t]*(?:${pair}[ \\t]*(?:;[ \\t]*|$))+$`);

/** From the right: the shortest end that is a whole element is our proxy's, whatever quotes the caller left open before it. */
function hopsOfForwarded(header: string): TakeHop {
  const parts = header.split(',');
  return () => {
    let last = parts.pop();
    for (let n = 0; n < mostCommas && last !== undefined && !element.test(last.trim()) && parts.length > 0; n++)
      last = `${parts.pop()},${last}`;
    if (last === undefined || !element.test(last.trim())) return undefined;
    const named = [...last.matchAll(new RegExp(pair, 'g'))].filter(([, name]) => name!.toLowerCase() === 'for');
    const [, , plain, quoted] = named.length === 1 ? named[0]! : [];
    return plain ?? quoted?.replace(/\\(.)/g, '$1');
  };
}

const port = '(?::(?:\\d{1,5}|_[0-9A-Za-z._-]+))?';
const inBrackets = new RegExp(`^\\[([^\\]]*)\\]${port}$`);
const beforePort = new RegExp(`^([0-9.]+)${port}$`);

/**
 * A node as proxies write it (RFC 7239 §6): with or without port, IPv6 with or without brackets. A zone (RFC 4007 §11) means something on the proxy only.
 * @returns the address in its one spelling, or undefined when it is none, such as `unknown` or `_hidden`
 */
function readNode(node: string): string | undefined {
  const [, bare = node] = inBrackets.exec(node) ?? beforePort.exec(node) ?? [];
  const address = bare.replace(/%.*$/, '');
  const family = isIP(address);
  if (family === 0) return undefined;
  return plainAddress(family === 6 ? new SocketAddress({ address, family: 'ipv6' }).address : address);
}
