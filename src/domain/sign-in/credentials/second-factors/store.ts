import { isId, type Scope, type Transaction, type UserId } from '../../../scope.ts';
import type { FactorKind } from '../factors/index.ts';

export type EnrolledFactor = { factorId: string; kind: FactorKind; name: string; createdAt: Date; lastUsedAt?: Date };

const factors = ({ db, contextId }: Scope, userId: UserId) => db('second_factors').where({ context_id: contextId, user_id: userId });

export async function listSecondFactors(scope: Scope, userId: UserId): Promise<EnrolledFactor[]> {
  const rows = await factors(scope, userId).orderBy('created_at').select('factor_id', 'kind', 'name', 'created_at', 'last_used_at');
  return rows.map((row) => ({
    factorId: row.factor_id,
    kind: row.kind as FactorKind,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  }));
}

/** Of these people, those who have enrolled none. */
export async function listWithoutSecondFactor({ db, contextId }: Scope, userIds: UserId[]): Promise<Set<UserId>> {
  const holders = await db('second_factors')
    .where('context_id', contextId)
    .whereIn('user_id', userIds)
    .distinct('user_id')
    .pluck('user_id');
  const have = new Set(holders);
  return new Set(userIds.filter((id) => !have.has(id)));
}

/** Of these people, those who have enrolled any, and the kinds. */
export async function listFactorKinds({ db, contextId }: Scope, userIds: UserId[]): Promise<Map<UserId, FactorKind[]>> {
  const rows = await db('second_factors').where('context_id', contextId).whereIn('user_id', userIds).distinct('user_id', 'kind');
  const byUser = Map.groupBy(rows, (row) => row.user_id);
  return new Map([...byUser].map(([userId, own]) => [userId, own.map(({ kind }) => kind as FactorKind)]));
}

/** How many activated people have one. */
export async function countProtected({ db, contextId }: Scope): Promise<number> {
  const holders = db('second_factors').where('context_id', contextId).distinct('user_id');
  const [row] = await db('users').where({ context_id: contextId, status: 'activated' }).whereIn('user_id', holders).count({ n: '*' });
  return Number(row?.n ?? 0);
}

/** With the last factor go the recovery codes: they would stand in for nothing. @returns the one that was removed */
export async function removeSecondFactor(scope: Transaction, userId: UserId, factorId: string): Promise<EnrolledFactor | undefined> {
  const factor = isId(factorId) ? (await listSecondFactors(scope, userId)).find((one) => one.factorId === factorId) : undefined;
  if (!factor) return undefined;
  await factors(scope, userId).where('factor_id', factorId).delete();
  if ((await listSecondFactors(scope, userId)).length === 0) await removeRecoveryCodes(scope, userId);
  return factor;
}

/** @returns how many factors there were */
export async function removeAllSecondFactors(scope: Transaction, userId: UserId): Promise<number> {
  await removeRecoveryCodes(scope, userId);
  return factors(scope, userId).delete();
}

const removeRecoveryCodes = ({ db, contextId }: Transaction, userId: UserId) =>
  db('recovery_codes').where({ context_id: contextId, user_id: userId }).delete();
