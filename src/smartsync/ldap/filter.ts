import { type BerWriter, Filter } from 'ldapts';
import { FilterFault, readFilter, type SearchFilter } from '../../smartsync-protocol/index.ts';
import { Refused } from './failure.ts';

/** A filter that is encoded already: ldapts reads `\xx` as Latin-1, cannot say binary values in text, and refuses some of what RFC 4515 allows. */
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
/** What was asked for stands in filters of ours. */
const deepestSent = 100;

function encoded(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const bytes =
    length < 0x80 ? [length] : length < 0x10000 ? [0x82, length >> 8, length & 0xff] : [0x83, length >> 16, length >> 8, length];
  return Buffer.concat([Buffer.from([tag, ...bytes.map((byte) => byte & 0xff)]), content]);
}

const octets = (value: string | Buffer, tag = octetString) => encoded(tag, Buffer.from(value as string));

function contentOf(filter: SearchFilter): Buffer {
  switch (filter.type) {
    case '&':
    case '|':
    case '!':
      return Buffer.concat(filter.filters.map((one) => encoded(tags[one.type], contentOf(one))));
    case 'present':
      return Buffer.from(filter.attribute);
    case 'substrings': {
      const last = filter.pieces.length - 1;
      const pieces = filter.pieces.flatMap((piece, n) =>
        piece.length === 0 ? [] : [octets(piece, n === 0 ? 0x80 : n === last ? 0x82 : 0x81)],
      );
      return Buffer.concat([octets(filter.attribute), encoded(0x30, Buffer.concat(pieces))]);
    }
    case ':=': {
      const { rule, attribute, value, isOfDn } = filter;
      return Buffer.concat([
        ...(rule ? [octets(rule, 0x81)] : []),
        ...(attribute ? [octets(attribute, 0x82)] : []),
        octets(value, 0x83),
        ...(isOfDn ? [Buffer.from([0x84, 1, 0xff])] : []),
      ]);
    }
    default:
      return Buffer.concat([octets(filter.attribute), octets(filter.value)]);
  }
}

const orRefused = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof FilterFault ? new Refused('filter-invalid', error.message) : error;
  }
};

/** Of what somebody else wrote. @throws Refused `filter-invalid` with the place */
export const checkFilter = (text: string): SearchFilter => orRefused(() => readFilter(text));

/** For ldapts. @throws Refused `filter-invalid` with the place */
export function encodeFilter(text: string): Filter {
  const filter = orRefused(() => readFilter(text, deepestSent));
  return new EncodedFilter(tags[filter.type], contentOf(filter), text);
}

/** A value in a filter's text (RFC 4515 §3); bytes escaped one by one. */
export const escapeFilterValue = (value: string | Buffer): string =>
  Buffer.isBuffer(value)
    ? value.toString('hex').replace(/../g, '\\$&')
    : value.replace(/[\\*()\0]/g, (character) => `\\${Buffer.from(character).toString('hex').padStart(2, '0')}`);
