import { randomBytes } from 'node:crypto';

let latest = 0;
let count = 0;

/**
 * A UUIDv7 (RFC 9562 §5.7): ordered by time, so that primary keys grow at one end. Those that one process makes in the same millisecond are ordered, too, by a counter in
 * place of twelve random bits (§6.2, method 1): the audit shows what one transaction did in the order in which it did it.
 */
export function newId(now = Date.now()): string {
  const bytes = randomBytes(16);
  // begins low, so that a millisecond has room for some three thousand
  count = now === latest ? (count + 1) & 0xfff : bytes.readUInt16BE(6) & 0x3ff;
  latest = now;
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
