import { createHash } from 'node:crypto';

type Read = { text: string; end: number };

/** Attribute types may stand as `OID.1.2.3` (RFC 1779). */
const typeKey = (type: string): string =>
  type
    .trim()
    .toLowerCase()
    .replace(/^oid\.(?=\d)/, '');

/** caseIgnoreMatch (RFC 4517 §4.2.11, prepared by RFC 4518): neither case, nor spaces at the ends, nor how many there are in between matter. */
const valueKey = (value: string): string =>
  value.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim();

/** Written in one way only, whatever way it was read. PostgreSQL keeps no NUL. */
const written = (value: string): string =>
  value.replace(/[\0\\,+="<>;#]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** An index of PostgreSQL takes 2700 bytes. */
const bounded = (key: string): string =>
  Buffer.byteLength(key) <= 1000 ? key : `sha256:${createHash('sha256').update(key).digest('base64url')}`;

/** An attribute value as far as the next separator: escaped as `\,` or by the bytes of its UTF-8 as `\2C`, or in quotes (RFC 2253 §4). */
function readValue(dn: string, start: number): Read {
  const bytes: Buffer[] = [];
  let isQuoted = false;
  let at = start;
  for (; at < dn.length; at++) {
    const sign = dn[at]!;
    const hex = /^\\([0-9a-f]{2})/i.exec(dn.slice(at, at + 3));
    if (hex) {
      bytes.push(Buffer.from(hex[1]!, 'hex'));
      at += 2;
    } else if (sign === '\\' && at + 1 < dn.length) {
      const point = String.fromCodePoint(dn.codePointAt(at + 1)!);
      bytes.push(Buffer.from(point));
      at += point.length;
    } else if (sign === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /[,;+]/.test(sign)) break;
    else {
      const point = String.fromCodePoint(dn.codePointAt(at)!);
      bytes.push(Buffer.from(point));
      at += point.length - 1;
    }
  }
  const all = Buffer.concat(bytes);
  const text = all.toString('utf8');
  // bytes that are no text keep apart what is apart
  return { text: text.includes('\ufffd') ? all.toString('hex') : text, end: at };
}

/**
 * A distinguished name as it is compared (RFC 4514): however it is escaped, quoted, spaced or capitalised, one name has one key. What is no distinguished name is compared as the text
 * that it is.
 */
export function dnKey(dn: string): string {
  const names: string[] = [];
  let parts: string[] = [];
  for (let at = 0; at < dn.length; ) {
    const equals = dn.indexOf('=', at);
    if (equals < 0 || /[,;+\\"]/.test(dn.slice(at, equals))) return bounded(written(valueKey(dn.toWellFormed())));
    const { text, end } = readValue(dn, equals + 1);
    parts.push(`${typeKey(dn.slice(at, equals))}=${written(valueKey(text))}`);
    if (dn[end] !== '+') {
      names.push(parts.sort().join('+'));
      parts = [];
    }
    at = end + 1;
  }
  return bounded(names.join(','));
}
