import type { Enrolment } from './messages.ts';
import { type PublicKey, seal } from './seal.ts';

/** Points of small order on Ed25519, without the sign of x: by one of them a signature of anybody may be valid (RFC 8032 §5.1.7; the last three are y = 0, 1 and -1). */
const weakPoints = new Set(
  [
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ...['ed', 'ee'].map((first) => `${first}${'ff'.repeat(30)}7f`),
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(30)}7f`,
  ].map((hex) => Buffer.from(hex, 'hex').toString('base64url')),
);

function isWeak(point: Buffer): boolean {
  const unsigned = Buffer.from(point);
  unsigned[31]! &= 0x7f;
  return weakPoints.has(unsigned.toString('base64url'));
}

const isOn = (key: PublicKey, curve: PublicKey['crv']): boolean => key.crv === curve && /^[\w-]{43}$/.test(key.x);

/**
 * Whether an agent can do its work with these keys: it has to be known by one, and to read what is sealed for the other.
 * @returns the first that is on another curve, is not 32 bytes long, or is a point of small order (RFC 7748 §6.1)
 */
export async function findUnusableKey({
  signingKey,
  encryptionKey,
}: Pick<Enrolment, 'signingKey' | 'encryptionKey'>): Promise<'signingKey' | 'encryptionKey' | undefined> {
  if (!isOn(signingKey, 'Ed25519') || isWeak(Buffer.from(signingKey.x, 'base64url'))) return 'signingKey';
  if (!isOn(encryptionKey, 'X25519')) return 'encryptionKey';
  const { failed } = await seal({}, '', [{ agentId: '', encryptionKey }]);
  return failed.length > 0 ? 'encryptionKey' : undefined;
}
