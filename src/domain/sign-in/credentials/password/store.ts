import type { Password } from '../../../../platform/crypto/index.ts';
import { run } from '../../../../platform/database/index.ts';
import type { Row } from '../../../rows.ts';
import type { Scope, Transaction, UserId } from '../../../scope.ts';

export type StoredPassword = { hash: string; mustChange: boolean; temporaryEncrypted?: string; changedAt: Date };

type PasswordRow = Omit<Row<'passwords'>, 'context_id' | 'user_id'>;

export async function findPassword({ db, contextId }: Scope, userId: UserId): Promise<StoredPassword | undefined> {
  const text = 'SELECT hash, must_change, temporary_encrypted, changed_at FROM passwords WHERE context_id = $1 AND user_id = $2';
  const { rows } = await run<PasswordRow>(db, 'password', text, [contextId, userId]);
  const [row] = rows;
  return (
    row && {
      hash: row.hash,
      mustChange: row.must_change,
      temporaryEncrypted: row.temporary_encrypted ?? undefined,
      changedAt: row.changed_at,
    }
  );
}

/** The latest first. */
export async function listPasswordHistory({ db, contextId }: Scope, userId: UserId, count: number): Promise<string[]> {
  if (count === 0) return [];
  const rows = await db('password_history')
    .where({ context_id: contextId, user_id: userId })
    .orderBy('replaced_at', 'desc')
    .limit(count)
    .select('hash');
  return rows.map(({ hash }) => hash);
}

/** As many as a policy can ask for: one that becomes stricter looks back further. */
const longestHistory = 24;

async function keepHistory({ db, contextId, clock }: Transaction, userId: UserId, hash: string): Promise<void> {
  const own = { context_id: contextId, user_id: userId };
  await db('password_history')
    .insert({ ...own, hash, replaced_at: clock.now() })
    .onConflict(['context_id', 'user_id', 'hash'])
    .ignore();
  const old = db('password_history').where(own).orderBy('replaced_at', 'desc').offset(longestHistory).select('hash');
  await db('password_history').where(own).whereIn('hash', old).delete();
}

/** The one that is replaced goes to the history, unless it was temporary: nobody chose that. */
export async function savePassword(scope: Transaction, userId: UserId, password: Omit<StoredPassword, 'changedAt'>): Promise<void> {
  const { db, contextId, clock } = scope;
  const before = await findPassword(scope, userId);
  if (before && !before.mustChange) await keepHistory(scope, userId, before.hash);
  await db('passwords')
    .insert({
      context_id: contextId,
      user_id: userId,
      hash: password.hash,
      must_change: password.mustChange,
      temporary_encrypted: password.temporaryEncrypted ?? null,
      changed_at: clock.now(),
    })
    .onConflict(['context_id', 'user_id'])
    .merge();
}

/**
 * The same number of argon2 verifications whatever is known of the person; rehashes when the parameters have changed, or the hash is of a password before it was in NFC.
 * @returns the password, where it is the one in force
 */
export async function verifyPassword(
  scope: Scope,
  userId: UserId | undefined,
  stored: StoredPassword | undefined,
  password: Password,
): Promise<Password | undefined> {
  const matching = await scope.hasher.verify(password, stored?.hash);
  if (matching && userId && stored && (matching.typed !== matching.text || scope.hasher.needsRehash(stored.hash))) {
    const hash = await scope.hasher.hash(matching);
    // only if it is still that password: a change meanwhile wins
    await scope.db('passwords').where({ context_id: scope.contextId, user_id: userId, hash: stored.hash }).update({ hash });
  }
  return matching;
}
