import type { Transaction } from '../../scope.ts';

/**
 * The grants first, and what hangs on them by a second statement: of an exchange at this moment the tokens are there by then, or it keeps none (statements.exchange).
 * The id of a grant is hashed the same way as a row's own id and as its tokens' reference to it.
 */
async function deleteWith({ db, contextId, isRehearsal }: Transaction, which: string, values: Record<string, string>): Promise<void> {
  if (isRehearsal) return;
  const grants = `DELETE FROM oidc_artifacts WHERE context_id = :contextId AND kind = 'Grant' AND ${which} RETURNING id_hash`;
  const { rows } = await db.raw(grants, { contextId, ...values });
  const keys = rows.map(({ id_hash }: { id_hash: Buffer }) => id_hash);
  if (keys.length > 0) await db('oidc_artifacts').where('context_id', contextId).whereRaw('grant_key = ANY(?::bytea[])', [keys]).delete();
}

/** Ends what a person's applications may still do in their name, offline access included: on a block, a deactivation, a password given or taken by another. */
export async function revokeGrantsOfUser(scope: Transaction, userId: string): Promise<void> {
  await deleteWith(scope, 'account_id = :userId', { userId });
}

/** Ends what one client may still do in a person's name. */
export async function revokeGrantsOfUserAtClient(scope: Transaction, userId: string, clientId: string): Promise<void> {
  await deleteWith(scope, "account_id = :userId AND payload ->> 'clientId' = :clientId", { userId, clientId });
}

/** Ends everything that every client of the company holds. */
export async function revokeAllGrants({ db, contextId }: Transaction): Promise<void> {
  await db('oidc_artifacts').where('context_id', contextId).delete();
}

/** Ends everything a client holds: a client ID that is given away must not bring its old tokens along. */
export async function revokeGrantsOfClient(scope: Transaction, clientId: string): Promise<void> {
  const { db, contextId, isRehearsal } = scope;
  if (isRehearsal) return;
  await deleteWith(scope, "payload ->> 'clientId' = :clientId", { clientId });
  await db('oidc_artifacts')
    .where({ context_id: contextId, kind: 'ClientCredentials' })
    .whereRaw("payload ->> 'clientId' = ?", [clientId])
    .delete();
}
