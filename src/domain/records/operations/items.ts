import type { Knex } from 'knex';
import { AppError } from '../../../platform/errors/index.ts';
import { Stopped } from '../../../platform/jobs/index.ts';
import { inTransaction, type OperationId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import type { Operation } from './operations.ts';

export type OperationItem = { userId: UserId; outcome: string };

const items = ({ db, contextId }: Scope, operationId: OperationId) =>
  db('operation_items').where({ context_id: contextId, operation_id: operationId });

/** @param people a query of user_id @returns how many there are */
export async function fillItems({ db, contextId }: Transaction, operationId: OperationId, people: Knex.QueryBuilder): Promise<number> {
  const { rowCount } = await db.raw(
    'INSERT INTO operation_items (context_id, operation_id, position, user_id) SELECT ?, ?, row_number() OVER (), user_id FROM (?) AS people',
    [contextId, operationId, people],
  );
  await db('operations').where({ context_id: contextId, operation_id: operationId }).update({ total: rowCount });
  return rowCount;
}

/**
 * Works on one person after the other, each in a transaction of their own with the note that it was done: a process that falls goes on where it was, and does nothing
 * twice. What a use case refuses is noted and the next one follows; so is what fails for no reason that we know, after some tries.
 * @param isAllowed asked before every batch
 */
export async function workOnItems(
  scope: Scope,
  { operationId }: Operation,
  work: (scope: Transaction, userId: UserId) => Promise<void>,
  isAllowed: () => Promise<boolean>,
): Promise<void> {
  for (;;) {
    if (!(await isAllowed())) throw new AppError('administrators_only', 403);
    const batch = await items(scope, operationId).whereNull('outcome').orderBy('position').limit(20).select('position', 'user_id');
    if (batch.length === 0) return;
    for (const { position, user_id } of batch) await workOnItem(scope, operationId, position, (inside) => work(inside, user_id));
  }
}

const tries = 3;

async function workOnItem(
  scope: Scope,
  operationId: OperationId,
  position: number,
  work: (scope: Transaction) => Promise<void>,
): Promise<void> {
  /** @returns false when another run has it, or has done it */
  const take = async (inside: Transaction): Promise<boolean> =>
    (await items(inside, operationId).where({ position, outcome: null }).forUpdate().skipLocked().first('position')) !== undefined;
  const note = async (inside: Transaction, outcome: string) => {
    await items(inside, operationId).where({ position }).update({ outcome });
    await inside
      .db('operations')
      .where({ context_id: inside.contextId, operation_id: operationId })
      .increment(outcome === 'done' ? 'done' : 'refused', 1);
  };
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(scope, async (inside) => {
        if (!(await take(inside))) return;
        await work(inside);
        await note(inside, 'done');
      });
    } catch (error) {
      if (error instanceof Stopped) throw error;
      if (!(error instanceof AppError) && attempt < tries) continue;
      const outcome = error instanceof AppError ? error.code : 'server_error';
      // where the store is away this fails, too, and the queue tries all of it again
      return await inTransaction(scope, async (inside) => {
        if (await take(inside)) await note(inside, outcome);
      });
    }
  }
}

/** The people whom an operation made, for those who ask later. */
export async function recordItems(scope: Transaction, operationId: OperationId, userIds: UserId[]): Promise<void> {
  const step = 1000;
  for (let from = 0; from < userIds.length; from += step) {
    const rows = userIds.slice(from, from + step).map((user_id, i) => ({
      context_id: scope.contextId,
      operation_id: operationId,
      position: from + i + 1,
      user_id,
      outcome: 'done',
    }));
    await scope.db('operation_items').insert(rows);
  }
}

/** Whom it was done to, in order. */
export async function listDone(
  scope: Scope,
  operationId: OperationId,
  after: number,
  limit: number,
): Promise<{ position: number; userId: UserId }[]> {
  const rows = await items(scope, operationId)
    .where('outcome', 'done')
    .where('position', '>', after)
    .orderBy('position')
    .limit(limit)
    .select('position', 'user_id');
  return rows.map((row) => ({ position: row.position, userId: row.user_id }));
}

/** How many were refused for each reason, the most frequent first. */
export async function countRefused(scope: Scope, operationId: OperationId): Promise<{ outcome: string; n: number }[]> {
  const { rows } = await scope.db.raw(
    `SELECT outcome, count(*)::int AS n FROM operation_items WHERE context_id = ? AND operation_id = ? AND outcome <> 'done' GROUP BY outcome ORDER BY n DESC`,
    [scope.contextId, operationId],
  );
  return rows;
}

/** The first that were refused, and why. */
export async function listRefused(scope: Scope, operationId: OperationId, limit = 100): Promise<OperationItem[]> {
  const rows = await items(scope, operationId)
    .whereNotNull('outcome')
    .whereNot('outcome', 'done')
    .orderBy('position')
    .limit(limit)
    .select('user_id', 'outcome');
  return rows.map((row) => ({ userId: row.user_id, outcome: row.outcome! }));
}
