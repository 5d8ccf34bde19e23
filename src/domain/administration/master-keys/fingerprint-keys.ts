import { type KeyRing, sha256 } from '../../../platform/crypto/index.ts';
import type { Db } from '../../../platform/database/index.ts';
import { fingerprintPurpose } from '../../applications/applications/index.ts';
import type { ServerScope } from '../../scope.ts';

/** Of fingerprints that are kept, and cannot be made again. */
const purposes = [fingerprintPurpose];

export const formerKeyPurpose = (purpose: string): string => `former-fingerprint-key:${purpose}`;

/**
 * Keeps what fingerprints under older master keys are compared with, sealed under the current one: a derived key does not lead back to its master key, so that one can
 * leave the ring, and client secrets go on.
 */
export async function keepFingerprintKeys({ db, keyRing, clock }: ServerScope): Promise<void> {
  for (const purpose of purposes)
    for (const key of keyRing.derive(purpose).slice(1))
      await db('former_fingerprint_keys')
        .insert({
          purpose,
          key_hash: sha256(key),
          key_encrypted: keyRing.encrypt(key, formerKeyPurpose(purpose)),
          kept_at: clock.now(),
        })
        .onConflict(['purpose', 'key_hash'])
        .ignore();
}

export async function loadFingerprintKeys(db: Db, keyRing: KeyRing): Promise<void> {
  const rows = await db('former_fingerprint_keys').select('purpose', 'key_encrypted');
  for (const purpose of purposes) {
    const own = rows.filter((row) => row.purpose === purpose);
    keyRing.keepFingerprintKeys(
      purpose,
      own.map((row) => keyRing.decrypt(row.key_encrypted, formerKeyPurpose(purpose))),
    );
  }
}
