import type { Transaction } from '../../scope.ts';

// The id of a grant is hashed the same way as a row's own id and as its tokens' reference to it.
const deleteWith = (
  which: string,
) => `WITH gone AS (DELETE FROM oidc_artifacts WHERE context_id = :contextId AND kind = 'Grant' AND ${which} RETURNING id_hash)
  DELETE FROM oidc_artifacts WHERE context_id = :contextId AND grant_key IN (SELECT id_hash FROM gone)`;

/** Ends what a person's applications may still do in their name, offline access included: on a block, a deactivation, a password given or taken by another. */
export async function revokeGrantsOfUser({ db, contextId }: Transaction, userId: string): Promise<void> {
  await db.raw(deleteWith('account_id = :userId'), { contextId, userId });
}

/** Ends what one client may still do in a person's name. */
export async function revokeGrantsOfUserAtClient({ db, contextId }: Transaction, userId: string, clientId: string): Promise<void> {
  await db.raw(deleteWith("account_id = :userId AND payload ->> 'clientId' = :clientId"), { contextId, userId, clientId });
}

/** Ends everything a client holds: a client ID that is given away must not bring its old tokens along. */
export async function revokeGrantsOfClient({ db, contextId }: Transaction, clientId: string): Promise<void> {
  await db.raw(deleteWith("payload ->> 'clientId' = :clientId"), { contextId, clientId });
  await db('oidc_artifacts')
    .where({ context_id: contextId, kind: 'ClientCredentials' })
    .whereRaw("payload ->> 'clientId' = ?", [clientId])
    .delete();
}
