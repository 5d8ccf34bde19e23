import { newId } from '../../../platform/crypto/index.ts';
import { type Db, jsonText } from '../../../platform/database/index.ts';
import { AppError, notFound } from '../../../platform/errors/index.ts';
import { enqueue } from '../../job.ts';
import type { Row } from '../../rows.ts';
import { type Actor, isId, type OperationId, type Scope, type Transaction, type UserId, useCase } from '../../scope.ts';
import { Superseded } from './files.ts';
import { operationRun } from './jobs.ts';

export type Operation = {
  operationId: OperationId;
  kind: string;
  requestedBy: UserId;
  /** As it was asked for: the audit names the administrator, not the job. */
  actor: Actor;
  input: Record<string, unknown>;
  /** How much of its file there is, and where the next part begins; a cursor may name somebody. */
  written: { parts: number; cursor?: string };
  /** A draft waits for who asked to look at it and say yes. */
  state: 'draft' | 'waiting' | 'running' | 'done' | 'failed';
  /** Which run this is: of two at once the later one writes. */
  run: number;
  total: number;
  done: number;
  refused: number;
  /** Code of why it failed as a whole. */
  fault?: string;
  /** Of what it made, while that is kept. */
  fileName?: string;
  createdAt: Date;
  finishedAt?: Date;
};

type Written = Operation['written'];
type OperationRow = Row<'operations', { actor: Actor; input: Record<string, unknown> & { written?: Written } }>;

const fromRow = ({ input: { written = { parts: 0 }, ...input }, ...row }: OperationRow): Operation => ({
  operationId: row.operation_id,
  kind: row.kind,
  requestedBy: row.requested_by,
  actor: row.actor,
  input,
  written,
  state: row.state,
  run: row.run,
  total: row.total,
  done: row.done,
  refused: row.refused,
  fault: row.fault ?? undefined,
  fileName: row.file_name ?? undefined,
  createdAt: row.created_at,
  finishedAt: row.finished_at ?? undefined,
});

const operations = ({ db, contextId }: Scope) => db('operations').where('context_id', contextId);

/** Only a person asks for an operation. */
function requesterOf({ actor }: Scope): UserId {
  if (actor.kind !== 'person' || !isId(actor.id)) throw new Error(`operations are asked for by people, not by ${actor.kind}`);
  return actor.id;
}

export type NewOperation = { kind: string; input: Record<string, unknown>; total: number };

/** Asks for it: a job begins at the transaction's commit. @throws AppError too_many_operations */
export const startOperation = useCase(async (scope, asked: NewOperation): Promise<OperationId> => {
  const [row] = await operations(scope)
    .where({ requested_by: requesterOf(scope), finished_at: null })
    .whereNot('state', 'draft')
    .count({ n: '*' });
  if (Number(row?.n) >= mostWaiting) throw new AppError('too_many_operations', 429, { params: { most: mostWaiting } });
  const operationId = await insertOperation(scope, asked, 'waiting');
  await enqueueRun(scope, operationId);
  return operationId;
});

/** Takes the place of the person's draft before. */
export const draftOperation = useCase(async (scope, asked: NewOperation): Promise<OperationId> => {
  await operations(scope)
    .where({ requested_by: requesterOf(scope), state: 'draft' })
    .delete();
  return insertOperation(scope, asked, 'draft');
});

/** @throws AppError not_found, status_conflict when it is no draft any more */
export const confirmOperation = useCase(async (scope, operationId: string): Promise<void> => {
  const { operationId: id } = await getOperation(scope, operationId);
  const confirmed = await operations(scope).where({ operation_id: id, state: 'draft' }).update({ state: 'waiting' });
  if (confirmed === 0) throw new AppError('request_answered', 409);
  await enqueueRun(scope, id);
});

/** One at a time of each company: the mails and sign-outs of all wait behind the same workers. */
const enqueueRun = (scope: Transaction, operationId: OperationId): Promise<void> =>
  enqueue(scope, operationRun, { operationId }, { key: `operation ${operationId}`, queue: `operations ${scope.contextId}` });

/** So many of one person wait at once. */
const mostWaiting = 10;

async function insertOperation(scope: Transaction, { kind, input, total }: NewOperation, state: 'draft' | 'waiting'): Promise<OperationId> {
  const { db, contextId, actor, clock } = scope;
  const now = clock.now();
  const operationId = newId(now.getTime()) as OperationId;
  await db('operations').insert({
    context_id: contextId,
    operation_id: operationId,
    kind,
    requested_by: requesterOf(scope),
    actor: jsonText(actor),
    input: jsonText(input),
    state,
    total,
    created_at: now,
  });
  return operationId;
}

export async function findOperation(scope: Scope, operationId: string): Promise<Operation | undefined> {
  const row = isId(operationId) ? await operations(scope).where('operation_id', operationId).first<OperationRow | undefined>() : undefined;
  return row && fromRow(row);
}

/** One's own. @throws AppError not_found, of others' too */
export async function getOperation(scope: Scope, operationId: string): Promise<Operation> {
  const operation = await findOperation(scope, operationId);
  if (!operation || operation.requestedBy !== scope.actor.id) throw notFound();
  return operation;
}

/** One's own, the newest first. */
export const listOperations = async (scope: Scope, limit = 50): Promise<Operation[]> =>
  (
    await operations(scope)
      .where('requested_by', requesterOf(scope))
      .whereNot('state', 'draft')
      .orderBy('operation_id', 'desc')
      .limit(limit)
      .select<OperationRow[]>('*')
  ).map(fromRow);

export async function noteProgress(
  scope: Scope,
  operationId: OperationId,
  progress: { done?: number; refused?: number; total?: number },
): Promise<void> {
  await operations(scope).where('operation_id', operationId).update(progress);
}

/** With the part itself: another process goes on behind it. */
export const noteWritten = async (
  scope: Transaction,
  operationId: OperationId,
  written: Written,
  progress: { done: number; total?: number },
): Promise<void> => {
  await operations(scope)
    .where('operation_id', operationId)
    .update({ ...progress, input: scope.db.raw("jsonb_set(input, '{written}', ?::jsonb)", [jsonText(written)]) });
};

/** @param operation without `run`: whichever run it is. @returns false when another run has ended it already, or has begun since */
export const endOperation = useCase(
  async (
    scope,
    { operationId, run }: { operationId: OperationId; run?: number },
    end: { fault?: string; fileName?: string } = {},
  ): Promise<boolean> => {
    const ended = await operations(scope)
      .where({ operation_id: operationId, finished_at: null, ...(run === undefined ? {} : { run }) })
      .update({
        state: end.fault ? 'failed' : 'done',
        fault: end.fault ?? null,
        file_name: end.fileName ?? null,
        // what was looked for may name somebody
        input: scope.db.raw("input - 'filter' - 'written'"),
        finished_at: scope.clock.now(),
      });
    return ended > 0;
  },
);

/** Of a person who is deleted: what they asked for names them, and may name others. */
export const deleteOperationsOf = async (scope: Transaction, userId: UserId): Promise<void> => {
  await operations(scope).where('requested_by', userId).delete();
};

/** What was asked for until a moment, with its files, but for this one. */
export const deleteOtherOperations = async (scope: Transaction, { operationId, createdAt }: Operation): Promise<void> => {
  await operations(scope).where('created_at', '<', createdAt).whereNot('operation_id', operationId).delete();
};

export type Run = (scope: Scope, operation: Operation) => Promise<void>;

/** What operations of one kind do. @typeParam Tools what the application hands to them */
export type OperationKind<Tools = unknown> = {
  kind: string;
  run(scope: Scope, operation: Operation, tools: Tools): Promise<void>;
};

/**
 * Does it, in the name of who asked, or goes on where a process fell. A refusal (AppError) ends it with its code; anything else is tried again by the queue.
 * @param mayStill whoever asked may have lost the role since: what they asked for stops with it
 * @param work ends the operation itself when it makes a file
 * @throws Superseded when another run began meanwhile and goes on
 */
export async function runOperation(
  scope: Scope,
  operationId: string,
  mayStill: (operation: Operation) => Promise<boolean>,
  work: Run,
): Promise<void> {
  const operation = await beginRun(scope, operationId);
  if (!operation) return;
  try {
    if (!(await mayStill(operation))) throw new AppError('administrators_only', 403);
    await work({ ...scope, actor: operation.actor }, operation);
    await endOperation(scope, operation);
  } catch (error) {
    const isRefusal = error instanceof AppError;
    if (!isRefusal && !(error instanceof Superseded)) throw error;
    if (isRefusal) await endOperation(scope, operation, { fault: error.code });
  }
  // the queue's job is that of the run which replaced this one: it is not for this one to say that it is done
  const now = await findOperation(scope, operationId);
  if (now && !now.finishedAt) throw new Superseded(`run ${operation.run} of operation ${operationId} was replaced`);
}

/** @returns undefined when it is over, or has not been agreed to */
async function beginRun(scope: Scope, operationId: string): Promise<Operation | undefined> {
  if (!isId(operationId)) return undefined;
  const [row] = await operations(scope)
    .where({ operation_id: operationId, finished_at: null })
    .whereNot('state', 'draft')
    .update({ state: 'running', run: scope.db.raw('run + 1') })
    .returning('*');
  return row && fromRow(row as OperationRow);
}

/** S53: files are kept for 48 hours, what was done for 30 days. */
export async function sweepOperations(db: Db): Promise<void> {
  await db.raw(
    `DELETE FROM operation_files f USING operations o WHERE o.context_id = f.context_id AND o.operation_id = f.operation_id AND (o.finished_at < now() - interval '48 hours' OR o.created_at < now() - interval '7 days')`,
  );
  await db.raw(`UPDATE operations SET file_name = NULL WHERE file_name IS NOT NULL AND finished_at < now() - interval '48 hours'`);
  await db.raw(`DELETE FROM operations WHERE state = 'draft' AND created_at < now() - interval '48 hours'`);
  await db.raw(`DELETE FROM operations WHERE created_at < now() - interval '30 days'`);
}
