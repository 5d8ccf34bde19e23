import { BlockList, isIP, isIPv4 } from 'node:net';

/** @param ranges addresses or CIDR ranges. @throws Error naming the entry that is neither */
export function addressMatcher(ranges: string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
    const family = isIP(address);
    if (family === 0 || Number(bits ?? 0) > (family === 4 ? 32 : 128)) throw new Error(`"${range}" is not an address or a CIDR range`);
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, kind);
    else list.addSubnet(address, Number(bits), kind);
  }
  return (address) => {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}

/** ::ffff:10.0.0.1 is 10.0.0.1; the zone of fe80::1%eth0 says only which cable it came by. */
export const plainAddress = (address: string): string => address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  return [...groups, ...Array(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
}

/** Whose address it is, as far as counting goes: an IPv6 network of 64 bits belongs to one customer (RFC 6177). */
export const networkOf = (address: string): string => (isIP(address) === 6 ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address);

/** The network around it that one customer may have as a whole: 24 bits of IPv4, 48 of IPv6 (RFC 6177 §2). */
export function widerNetworkOf(address: string): string {
  if (isIP(address) === 6) return `${groupsOf(address).slice(0, 3).join(':')}::/48`;
  return isIP(address) === 4 ? `${address.split('.').slice(0, 3).join('.')}.0/24` : address;
}
