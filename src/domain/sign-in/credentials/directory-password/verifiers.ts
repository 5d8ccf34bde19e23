import { BusyError, type Password } from '../../../../platform/crypto/index.ts';
import { type Db, deleteInSteps, run } from '../../../../platform/database/index.ts';
import { directoryRules } from '../../../people/directories/index.ts';
import type { User } from '../../../people/users/index.ts';
import type { DirectoryId, Scope, UserId } from '../../../scope.ts';

/** For so long after the directory last said yes. */
const verifierDays = 14;

type Verifier = { hash: string; directoryId: DirectoryId; provenAt: Date };

async function find({ db, contextId }: Scope, userId: UserId): Promise<Verifier | undefined> {
  const row = await db('directory_verifiers').where({ context_id: contextId, user_id: userId }).first('hash', 'directory_id', 'proven_at');
  return row && { hash: row.hash, directoryId: row.directory_id, provenAt: row.proven_at };
}

const save = `INSERT INTO directory_verifiers (context_id, user_id, directory_id, hash, proven_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (context_id, user_id) DO UPDATE SET directory_id = excluded.directory_id, hash = excluded.hash, proven_at = excluded.proven_at
  WHERE directory_verifiers.proven_at <= excluded.proven_at`;

/** So many of a process wait to be made. */
const mostWaiting = 1000;
type Making = { of: string; password: string; isVoid: boolean };
const making = new Set<Making>();
const ownerOf = ({ contextId }: Scope, userId: UserId): string => `${contextId} ${userId}`;

/** What is being made of a person is not kept: what they are refused comes after what was proven. @param password only of this one */
function stopMaking(scope: Scope, userId: UserId, password?: Password): void {
  const owner = ownerOf(scope, userId);
  for (const one of making) if (one.of === owner && (!password || one.password === password.text)) one.isVoid = true;
}

/**
 * The directory has just said yes: argon2id of the password, for when it does not answer. Nobody has to wait for it, and it fails nobody: where it cannot be made, or too many are
 * waiting, none is kept. In no transaction.
 */
export async function keepVerifier(scope: Scope, userId: UserId, directoryId: DirectoryId, password: Password): Promise<void> {
  if (making.size >= mostWaiting) return;
  const provenAt = scope.clock.now();
  const one: Making = { of: ownerOf(scope, userId), password: password.text, isVoid: false };
  making.add(one);
  try {
    const hash = await scope.hasher.hashBehind(password);
    if (!one.isVoid) await run(scope.db, 'keep verifier', save, [scope.contextId, userId, directoryId, hash, provenAt]);
    if (one.isVoid) await scope.db('directory_verifiers').where({ context_id: scope.contextId, user_id: userId, hash }).delete();
  } catch {
    // the person signs in as somebody whom the directory never let in
  } finally {
    making.delete(one);
  }
}

/** What is kept of a password to which the directory said yes, while that counts. */
async function findInForce(
  scope: Scope,
  { userId, proofsAfter }: Pick<User, 'userId' | 'proofsAfter'>,
  directoryId: DirectoryId,
): Promise<Verifier | undefined> {
  const known = await find(scope, userId);
  const since = Math.max(scope.clock.now().getTime() - verifierDays * 86_400_000, proofsAfter?.getTime() ?? 0);
  return known?.directoryId === directoryId && known.provenAt.getTime() >= since ? known : undefined;
}

/** Whether there is something to compare a password with while the directory is away. */
export const hasVerifier = async (scope: Scope, user: Pick<User, 'userId' | 'proofsAfter'>, directoryId: DirectoryId): Promise<boolean> =>
  (await findInForce(scope, user, directoryId)) !== undefined;

/**
 * Whether it is the password to which the directory last said yes.
 * @returns undefined when nothing can be said: it never did, or too long ago, or whatever was proven before is void since
 */
export async function matchesVerifier(
  scope: Scope,
  user: Pick<User, 'userId' | 'proofsAfter'>,
  directoryId: DirectoryId,
  password: Password,
): Promise<boolean | undefined> {
  const known = await findInForce(scope, user, directoryId);
  if (!known) return undefined;
  return (await scope.hasher.verify(password, known.hash)) !== undefined;
}

// They are worth nothing by then (matchesVerifier, the rules): what nobody needs does not lie about.
const over = `proven_at < now() - interval '${verifierDays} days'
  OR NOT EXISTS (SELECT 1 FROM directory_entries e WHERE e.context_id = directory_verifiers.context_id AND e.user_id = directory_verifiers.user_id
    AND e.directory_id = directory_verifiers.directory_id AND e.state = 'accepted')
  OR EXISTS (SELECT 1 FROM users u WHERE u.context_id = directory_verifiers.context_id AND u.user_id = directory_verifiers.user_id
    AND (u.status = 'deactivated' OR u.role = 'administrator'))
  OR NOT EXISTS (SELECT 1 FROM context_settings s WHERE s.context_id = directory_verifiers.context_id AND s.kind = '${directoryRules.name}'
    AND s.value @> '{"signIn": true, "whileAway": true}')`;

/** Those of people who left the directory, were deactivated or became administrators, and of companies that do not use them any more. */
export const sweepVerifiers = (db: Db): Promise<number> => deleteInSteps(db, 'directory_verifiers', over);

/** The directory says no to this password, and so is worth nothing what it said before. It is compared with one that is there, and else costs nothing. */
export async function forgetRefused(scope: Scope, userId: UserId, password: Password): Promise<void> {
  stopMaking(scope, userId, password);
  const known = await find(scope, userId);
  if (known && (await scope.hasher.verify(password, known.hash).catch(whenBusy)) !== undefined)
    await scope.db('directory_verifiers').where({ context_id: scope.contextId, user_id: userId, hash: known.hash }).delete();
}

/** It may be the one: it is not kept because nobody had the time to look. */
function whenBusy(error: unknown): true {
  if (error instanceof BusyError) return true;
  throw error;
}

/** Whatever password it is of: after another one was set, or the directory lets this person in with none. */
export async function forgetVerifier(scope: Scope, userId: UserId): Promise<void> {
  stopMaking(scope, userId);
  await scope.db('directory_verifiers').where({ context_id: scope.contextId, user_id: userId }).delete();
}
