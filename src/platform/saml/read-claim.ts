import { constants, createInflateRaw } from 'node:zlib';

/** Who an unverified message says it is from, with its beginning, for an administrator who looks for it. Nothing may be decided by it. */
export type Claim = { issuer: string; excerpt: string };

const longestExcerpt = 8 * 1024;
const longestIssuer = 1024;

/**
 * Reads the Issuer of a message that the gate refused before it knew the partner: of the first 8 KB, by a pattern and no parser, however the message is packed.
 * @param packed the parameter SAMLRequest or SAMLResponse, after URL decoding
 */
export async function readClaim(packed: string): Promise<Claim | undefined> {
  for (const bytes of unpack(packed.slice(0, longestExcerpt * 2))) {
    const excerpt = textOf((await bytes()).subarray(0, longestExcerpt));
    const issuer = issuerIn(excerpt);
    if (issuer) return { issuer, excerpt };
  }
  return undefined;
}

/** Base64 of the XML or of its DEFLATE as the bindings have it, in each other's place, or the XML itself. */
const unpack = (packed: string): (() => Promise<Buffer>)[] => {
  if (/^\s*</.test(packed)) return [async () => Buffer.from(packed)];
  const bytes = Buffer.from(packed.replace(/ /g, '+'), 'base64');
  return [async () => bytes, () => inflateBeginning(bytes)];
};

/** What is inflated after the first octets that are looked at costs nothing. */
async function inflateBeginning(bytes: Buffer): Promise<Buffer> {
  const inflate = createInflateRaw({ chunkSize: longestExcerpt, finishFlush: constants.Z_SYNC_FLUSH });
  inflate.end(bytes);
  try {
    for await (const chunk of inflate) return chunk as Buffer;
  } catch {
    // not DEFLATE
  } finally {
    inflate.destroy();
  }
  return Buffer.alloc(0);
}

const textOf = (bytes: Buffer): string => {
  const isWide = bytes[0] === 0xff || bytes[0] === 0xfe || bytes[0] === 0 || bytes[1] === 0;
  const label = !isWide ? 'utf-8' : bytes[0] === 0xfe || bytes[0] === 0 ? 'utf-16be' : 'utf-16le';
  return new TextDecoder(label).decode(bytes);
};

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

// by search and no pattern: many beginnings without an end would cost a pattern the square of them
function withoutComments(text: string): string {
  let kept = '';
  for (let at = 0; ; ) {
    const begin = text.indexOf('<!--', at);
    const end = begin < 0 ? -1 : text.indexOf('-->', begin + 4);
    if (end < 0) return kept + text.slice(at);
    kept += text.slice(at, begin);
    at = end + 3;
  }
}

function issuerIn(excerpt: string): string | undefined {
  const bare = withoutComments(excerpt).replace(/<!\[CDATA\[|\]\]>/g, '');
  const [, text] = /<(?:[\w.-]{1,64}:)?Issuer(?:\s[^<>]{0,1000})?>([^<]{1,2000})</.exec(bare) ?? [];
  const issuer = text
    ?.replace(/&(\w+);/g, (whole, name) => (Object.hasOwn(entities, name) ? entities[name]! : whole))
    .replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
    .slice(0, longestIssuer);
  return issuer || undefined;
}
