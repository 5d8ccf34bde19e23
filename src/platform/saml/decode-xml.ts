import { MetadataFault } from './metadata-faults.ts';

/** Small chunks are combined into blocks of this many bytes, so that a sender of single bytes does not make us restart a token for each. */
const blockBytes = 64 * 1024;

/** By the name that a declaration gives, in small letters (XML 1.0 §4.3.3, IANA character sets). */
const encodings: Record<string, 'utf-8' | 'us-ascii' | 'iso-8859-1' | 'windows-1252'> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'us-ascii',
  ascii: 'us-ascii',
  'iso-8859-1': 'iso-8859-1',
  'iso8859-1': 'iso-8859-1',
  latin1: 'iso-8859-1',
  'windows-1252': 'windows-1252',
};

const declaration =
  /^[ \t\r\n]*<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.0["'](?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._-]+)["'])?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*["'](?:yes|no)["'])?[ \t\r\n]*\?>/;

type Decode = (bytes: Buffer, isLast: boolean) => string;

/**
 * Octets of an XML document → its text, without the declaration, with line ends as XML reads them (§2.11). A byte order mark decides before the declaration: editors
 * and shells that save a file again leave the declaration as it was.
 * @param emit takes the text, in order, in pieces of about 64 kB
 */
export function createXmlDecoder(emit: (text: string) => void): { write(chunk: Uint8Array): void; end(): void } {
  let pending: Uint8Array[] = [];
  let size = 0;
  let decode: Decode | undefined;
  let isFirst = true;
  let carry = '';

  const take = (isLast: boolean): void => {
    const block = Buffer.concat(pending);
    pending = [];
    size = 0;
    decode ??= decoderOf(block);
    let text = carry + decode(block, isLast);
    carry = !isLast && text.endsWith('\r') ? '\r' : '';
    if (carry) text = text.slice(0, -1);
    if (isFirst)
      text = text
        .replace(/^\ufeff/, '')
        .replace(declaration, '')
        .trimStart();
    isFirst = false;
    emit(text.replace(/\r\n?/g, '\n'));
  };
  return {
    write(chunk) {
      pending.push(chunk);
      size += chunk.length;
      if (size >= blockBytes) take(false);
    },
    end: () => take(true),
  };
}

/** @throws MetadataFault encoding */
function decoderOf(first: Buffer): Decode {
  const marked = (...octets: number[]) => octets.every((octet, place) => first[place] === octet);
  if (marked(0xff, 0xfe)) return byTextDecoder('utf-16le');
  if (marked(0xfe, 0xff)) return byTextDecoder('utf-16be');
  if (marked(0xef, 0xbb, 0xbf)) return byTextDecoder('utf-8');
  if (marked(0x3c, 0) || marked(0, 0x3c)) throw new MetadataFault('encoding', 'UTF-16');
  const name = declaration.exec(first.toString('latin1', 0, 300))?.[1] ?? 'utf-8';
  const encoding = Object.hasOwn(encodings, name.toLowerCase()) ? encodings[name.toLowerCase()]! : undefined;
  if (!encoding) throw new MetadataFault('encoding', name);
  if (encoding === 'iso-8859-1') return (bytes) => bytes.toString('latin1');
  if (encoding === 'us-ascii')
    return (bytes) => {
      if (bytes.some((octet) => octet > 0x7f)) throw new MetadataFault('encoding', name);
      return bytes.toString('latin1');
    };
  return byTextDecoder(encoding);
}

function byTextDecoder(encoding: string): Decode {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return (bytes, isLast) => {
    try {
      return decoder.decode(bytes, { stream: !isLast });
    } catch {
      throw new MetadataFault('encoding', encoding.toUpperCase());
    }
  };
}
