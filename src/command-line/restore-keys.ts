import { findMasterKeys, type Store, writeMasterKeys } from '../app/open-store.ts';
import type { Config } from '../config/index.ts';
import { examineMasterKeys } from '../domain/administration/master-keys/index.ts';
import { type Head, UnknownEnd } from '../platform/backup/index.ts';
import { isMasterKey, parseKeyRing } from '../platform/crypto/index.ts';
import { lockMigrations } from '../platform/database/index.ts';

/** What was typed was right, and the file or the store is not: nothing was changed. */
export class RefusedRestore extends Error {}

export type RestoreKeys = {
  /** Those that servers will have once it is done. */
  remaining: string[];
  /** Runs `work` so that the next start can read the store, even if this is interrupted. */
  during<T>(work: () => Promise<T>): Promise<T>;
};

type Target = Pick<Store, 'database' | 'isEmbedded'>;

/** @throws RefusedRestore where the keys are the operator's to keep, and those of the backup are not among them */
export function chooseKeys(config: Pick<Config, 'masterKeys' | 'dataDir'>, store: Target, { masterKeys }: Head): RestoreKeys {
  const present = (findMasterKeys(config) ?? []).filter(isMasterKey);
  const missing = masterKeys.filter((one) => !present.includes(one));
  if (missing.length > 0 && (config.masterKeys || !store.isEmbedded)) {
    const ids = missing.map((one) => `"${one.split(':')[0]}"`).join(', ');
    throw new RefusedRestore(
      `The backup needs the master keys ${ids}, which PORTARIA_MASTER_KEYS does not hold. They are in it: "portaria restore FILE --keys-to NEWFILE" writes them to a file for PORTARIA_MASTER_KEYS_FILE.`,
    );
  }
  // others of the operator's may be needed elsewhere; in master.key there is nothing but what this store needs
  if (missing.length === 0 && (config.masterKeys || present.length === masterKeys.length))
    return { remaining: present, during: (work) => work() };
  return {
    remaining: masterKeys,
    async during(work) {
      // those of either store, until it is certain which of them this one is
      writeMasterKeys(config, [...masterKeys, ...present.filter((one) => !masterKeys.includes(one))]);
      const result = await work().catch(async (error) => {
        const fitting = error instanceof UnknownEnd ? await findFitting(store, [present, masterKeys]) : present;
        if (fitting) writeMasterKeys(config, fitting);
        throw error;
      });
      writeMasterKeys(config, masterKeys);
      return result;
    },
  };
}

/** @returns the first of the rings that opens what the store holds now; undefined where that cannot be seen, and so all have to stay */
async function findFitting({ database }: Target, rings: string[][]): Promise<string[] | undefined> {
  try {
    return await database.knex.transaction(async (db) => {
      // the transaction that broke may still be on its way to its end, and holds this
      await lockMigrations(db);
      for (const ring of rings) if (ring.length > 0 && (await examineMasterKeys(db, parseKeyRing(ring))).length === 0) return ring;
      return undefined;
    });
  } catch {
    return undefined;
  }
}
