import { hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** A bearer value of 256 random bits, base64url. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

export const sha256 = (value: string | Buffer): Buffer => hash('sha256', value, 'buffer');

/** An entity tag of a content (RFC 9110 §8.8.3), without its quotes. */
export const contentTag = (content: string | Buffer): string => hash('sha256', content, 'base64url').slice(0, 22);

/** What the store keeps of a bearer value: it cannot be turned back (RFC 9700 §4.9.3, law 7). */
export const hashToken = sha256;

/** Compares in constant time; only the length can be told. */
export function safeEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The value of ASCII letters under a random mask: another one each time, so that compression cannot be asked for it (docs/decisions/0029-compressed-pages.md). */
export function maskToken(value: string): string {
  const mask = randomBytes(value.length);
  return `${mask.toString('base64url')}~${xor(Buffer.from(value), mask).toString('base64url')}`;
}

/** What was masked; whatever is not, as it is. */
export function unmaskToken(value: string): string {
  const [mask, masked] = value.split('~').map((part) => Buffer.from(part, 'base64url'));
  return mask && masked && mask.length === masked.length ? xor(masked, mask).toString() : value;
}

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ b[i]!));

// no 0/O, 1/l/I: these passwords are read aloud and typed
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A temporary password of `groups` groups of four, about 23 bits each. */
export const randomPassword = (groups = 4): string =>
  Array.from({ length: groups }, () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')).join('-');
