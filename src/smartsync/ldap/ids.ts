import { escapeFilterValue } from './filter.ts';

const hyphenated = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** A UUID of 16 bytes in their order (RFC 4122), as syncrepl says entryUUID. */
export const uuidOf = (bytes: Buffer): string => hyphenated(bytes.toString('hex'));

/** objectGUID: its first three groups are little-endian ([MS-DTYP] 2.3.4). */
export const guidOf = (bytes: Buffer): string => uuidOf(swapped(bytes));

function swapped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.subarray(0, 4).reverse();
  copy.subarray(4, 6).reverse();
  copy.subarray(6, 8).reverse();
  return copy;
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export const isUuid = (text: string): boolean => uuid.test(text);

/** A filter for an entry by its id. */
export const idFilter = (kind: 'active-directory' | 'openldap', id: string): string =>
  kind === 'openldap' ? `(entryUUID=${id})` : `(objectGUID=${escapeFilterValue(swapped(Buffer.from(id.replaceAll('-', ''), 'hex')))})`;

/** objectSid as text ([MS-DTYP] 2.4.2). */
export function sidOf(bytes: Buffer): string | undefined {
  if (bytes.length < 8 || bytes.length !== 8 + bytes[1]! * 4) return undefined;
  const parts = Array.from({ length: bytes[1]! }, (_, n) => bytes.readUInt32LE(8 + n * 4));
  return ['S', bytes[0], bytes.readUIntBE(2, 6), ...parts].join('-');
}
