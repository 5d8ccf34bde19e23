import { type BerWriter, Filter } from 'ldapts';
import { Refused } from './failure.ts';

/** A filter that is encoded already: ldapts reads `\xx` as Latin-1 and cannot say binary values in text. */
class EncodedFilter extends Filter {
  readonly type: Filter['type'];
  readonly content: Buffer;
  readonly text: string;

  constructor(tag: number, content: Buffer, text: string) {
    super();
    this.type = tag as Filter['type'];
    this.content = content;
    this.text = text;
  }

  override write(writer: BerWriter): void {
    writer.writeBuffer(this.content, this.type);
  }

  override toString(): string {
    return this.text;
  }
}

const octetString = 0x04;
/** Context tags of RFC 4511 §4.5.1.7. */
const tags = {
  '&': 0xa0,
  '|': 0xa1,
  '!': 0xa2,
  '=': 0xa3,
  substrings: 0xa4,
  '>=': 0xa5,
  '<=': 0xa6,
  present: 0x87,
  '~=': 0xa8,
  ':=': 0xa9,
};
const deepest = 100;

function encoded(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const bytes =
    length < 0x80 ? [length] : length < 0x10000 ? [0x82, length >> 8, length & 0xff] : [0x83, length >> 16, length >> 8, length];
  return Buffer.concat([Buffer.from([tag, ...bytes.map((byte) => byte & 0xff)]), content]);
}

const octets = (value: string | Buffer, tag = octetString) => encoded(tag, Buffer.from(value as string));

/**
 * Reads a filter (RFC 4515) as administrators write it: spaces between parts are passed over, and one without parentheses gets them.
 * @throws Refused `filter-invalid` with the place
 */
export function parseFilter(text: string): Filter {
  const source = text.trim().startsWith('(') ? text.trim() : `(${text.trim()})`;
  let at = 0;
  const fail = (what: string): never => {
    throw new Refused('filter-invalid', `${what} at character ${at + 1} of ${source}`);
  };
  const spaces = () => {
    while (/\s/.test(source[at] ?? '')) at++;
  };
  const expect = (character: string) => {
    if (source[at] !== character) fail(`${character} is missing`);
    at++;
  };

  function list(): Buffer[] {
    const parts: Buffer[] = [];
    for (spaces(); source[at] === '('; spaces()) parts.push(one());
    return parts;
  }

  let depth = 0;
  function one(): Buffer {
    if (++depth > deepest) fail('too deep');
    expect('(');
    spaces();
    const operator = source[at];
    let result: Buffer;
    if (operator === '&' || operator === '|' || operator === '!') {
      at++;
      const parts = list();
      if (operator === '!' && parts.length !== 1) fail('! takes one filter');
      result = encoded(tags[operator], Buffer.concat(parts));
    } else result = item();
    spaces();
    expect(')');
    depth--;
    return result;
  }

  /** Up to the end of the item, cut at each `*`. */
  function value(): Buffer[] {
    const parts: Buffer[][] = [[]];
    for (; at < source.length && source[at] !== ')'; ) {
      const character = String.fromCodePoint(source.codePointAt(at)!);
      if (character === '(' || character === '\0') fail('a character that must be escaped');
      if (character === '*') parts.push([]);
      else if (character === '\\') {
        const hex = source.slice(at + 1, at + 3);
        if (!/^[\da-f]{2}$/i.test(hex)) fail('an escape that is not two hexadecimal digits');
        parts.at(-1)!.push(Buffer.from(hex, 'hex'));
        at += 2;
      } else parts.at(-1)!.push(Buffer.from(character));
      at += character.length;
    }
    return parts.map((part) => Buffer.concat(part));
  }

  function item(): Buffer {
    const [whole = '', attribute = '', dn, rule, operator = '='] =
      /^([\w.;-]*)\s*(:dn)?(:[\w.-]+)?\s*(:=|>=|<=|~=|=)/i.exec(source.slice(at)) ?? fail('no comparison');
    if (!attribute && !rule) fail('no attribute');
    at += whole.length;
    const parts = value();
    if (operator === ':=') {
      if (parts.length > 1) fail('a * that must be escaped');
      return encoded(
        tags[':='],
        Buffer.concat([
          ...(rule ? [octets(rule.slice(1), 0x81)] : []),
          ...(attribute ? [octets(attribute, 0x82)] : []),
          octets(parts[0]!, 0x83),
          ...(dn ? [Buffer.from([0x84, 1, 0xff])] : []),
        ]),
      );
    }
    if (dn || rule) fail('a rule without :=');
    if (parts.length === 1) return encoded(tags[operator as '='], Buffer.concat([octets(attribute), octets(parts[0]!)]));
    if (operator !== '=') fail('a * that must be escaped');
    if (parts.length === 2 && parts.every((part) => part.length === 0)) return octets(attribute, tags.present);
    const pieces = parts.flatMap((part, n) =>
      part.length === 0 ? [] : [octets(part, n === 0 ? 0x80 : n === parts.length - 1 ? 0x82 : 0x81)],
    );
    if (pieces.length === 0) fail('a * too many');
    return encoded(tags.substrings, Buffer.concat([octets(attribute), encoded(0x30, Buffer.concat(pieces))]));
  }

  const result = one();
  if (at < source.length) fail('something after the end');
  const contentAt = result[1]! < 0x80 ? 2 : 2 + (result[1]! & 0x7f);
  return new EncodedFilter(result[0]!, result.subarray(contentAt), source);
}

/** A value in a filter's text (RFC 4515 §3); bytes escaped one by one. */
export const escapeFilterValue = (value: string | Buffer): string =>
  Buffer.isBuffer(value)
    ? value.toString('hex').replace(/../g, '\\$&')
    : value.replace(/[\\*()\0]/g, (character) => `\\${Buffer.from(character).toString('hex').padStart(2, '0')}`);
