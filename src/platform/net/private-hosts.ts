import { isIP } from 'node:net';
import { addressMatcher } from './addresses.ts';

/** Networks that no router of the internet leads to (RFC 1918, RFC 6598, RFC 4193, and the local ones). */
const networks = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

const isRange = (entry: string): boolean => isIP(entry.split('/')[0]!) !== 0;

/** Whether an entry can stand for hosts of a private network: a name, `*.` and a name, or an address or range that lies in one. What a name leads to is not looked up. */
function isPrivateHostEntry(entry: string): boolean {
  if (!isRange(entry))
    return /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(entry) && !/^[\d.]+$/.test(entry);
  const [address = '', bits = '128', ...rest] = entry.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  return networks.some((network) => addressMatcher([network])(address) && Number(bits) >= Number(network.split('/')[1]));
}

/** @returns whether the host of an address is one of these. @throws Error naming the entry that cannot be in a private network */
export function hostMatcher(entries: string[]): (hostname: string) => boolean {
  const wrong = entries.find((entry) => !isPrivateHostEntry(entry));
  if (wrong !== undefined) throw new Error(`"${wrong}" is not a host, *.host, or address or range of a private network`);
  const inRange = addressMatcher(entries.filter(isRange));
  const names = entries.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase());
  return (hostname) => {
    const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
    if (isIP(host)) return inRange(host);
    return names.some((name) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name));
  };
}
