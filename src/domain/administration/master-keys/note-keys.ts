import type { KeyRing } from '../../../platform/crypto/index.ts';
import type { Db } from '../../../platform/database/index.ts';
import { sealedSigningKeys } from '../../company/signing-keys/index.ts';
import { loadFingerprintKeys } from './fingerprint-keys.ts';
import { keyIdOf, purposeColumns, sealedValue } from './sql.ts';

const proofPurpose = (id: string): string => `master-key-proof:${id}`;

/** Why a ring does not fit the store, as sentences; none when it does, or nothing was sealed yet. */
export async function examineMasterKeys(db: Db, keyRing: KeyRing): Promise<string[]> {
  // a store of before has no place for notes
  const noted = (await db.schema.hasTable('master_keys')) ? await db('master_keys').select('key_id', 'proof') : [];
  const known = new Set(noted.map(({ key_id }) => key_id));
  const others = (await listSigning(db, keyRing)).filter(({ id }) => !known.has(id));
  return [
    ...noted.flatMap(({ key_id, proof }) => judge(keyRing, key_id, () => keyRing.decrypt(proof, proofPurpose(key_id)))),
    ...others.flatMap(({ id, open }) => judge(keyRing, id, open)),
  ];
}

function judge(keyRing: KeyRing, id: string, open: () => unknown): string[] {
  if (!keyRing.ids.includes(id)) return [`the store needs the master key "${id}", and it is not there`];
  try {
    open();
    return [];
  } catch {
    return [`the master key "${id}" is another than the one of that name that the store was written with`];
  }
}

/**
 * The ids of those that sealed signing keys, each with one to try. They are looked at whatever was noted: a store of before has no notes, and a server that another key
 * was first for may have gone on sealing under it after it was forgotten.
 */
async function listSigning(db: Db, keyRing: KeyRing): Promise<{ id: string; open(): Buffer }[]> {
  const column = sealedSigningKeys;
  if (!(await db.schema.hasTable(column.table))) return [];
  const { rows } = await db.raw<{ rows: (Record<string, string> & { id: string; value: string })[] }>(
    `SELECT DISTINCT ON (id) ${keyIdOf(column)} AS id, ${sealedValue(column)} AS value, ${purposeColumns(column)} FROM ${column.table} ORDER BY id`,
  );
  return rows.map((row) => ({ id: row.id, open: () => keyRing.decrypt(row.value, column.purposeOf(row)) }));
}

/** Notes what the store is written with from now on, and what it was written with before; and reads what the ring needs from the store. The ring fits it. */
export async function noteMasterKeys(db: Db, keyRing: KeyRing, now: Date): Promise<void> {
  const ids = [...new Set([keyRing.currentId, ...(await listSigning(db, keyRing)).map(({ id }) => id)])];
  const rows = ids.map((id) => ({ key_id: id, proof: keyRing.encrypt('', proofPurpose(id), id), noted_at: now }));
  await db('master_keys').insert(rows).onConflict('key_id').ignore();
  await loadFingerprintKeys(db, keyRing);
}

/** Nothing needs the others any more. */
export const forgetOtherKeys = (db: Db, keyRing: KeyRing): PromiseLike<number> =>
  db('master_keys').whereNot('key_id', keyRing.currentId).delete();
