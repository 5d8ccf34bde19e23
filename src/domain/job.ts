import { z } from 'zod';
import type { Clock } from '../platform/clock/index.ts';
import type { SealedColumn } from '../platform/crypto/index.ts';
import type { Db } from '../platform/database/index.ts';
import { type Attempt, enqueueJob, type JobOptions, Stopped } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log/index.ts';
import { type Actor, type ContextId, isId, type Scope } from './scope.ts';

/** What is asked of the queue for one company. The name and the shape stay as long as a server of the version before may run beside this one. */
export type JobType<Payload> = { readonly name: string; readonly payload: z.ZodType<Payload> };

export const jobType = <Shape extends z.ZodRawShape>(name: string, shape: Shape): JobType<z.output<z.ZodObject<Shape>>> => ({
  name,
  payload: z.object(shape),
});

/** In the payloads of a type: what is sealed for the company, while it waits or has failed for good. */
export const sealedInJobs = <Payload>(
  { name }: JobType<Payload>,
  field: string & keyof Payload,
  purposeOf: (contextId: string) => string,
): SealedColumn => ({
  table: 'graphile_worker._private_jobs',
  column: 'payload',
  field,
  by: ["payload ->> 'contextId' AS context_id"],
  purposeOf: ({ context_id }) => purposeOf(context_id!),
  where: `task_id IN (SELECT id FROM graphile_worker._private_tasks WHERE identifier = '${name}')`,
});

/** An id in a payload. */
export const idOf = <Id extends string>() => z.custom<Id>(isId);

/** Who asked. A payload does not name people: whoever needs the name looks it up. */
export const actorSchema: z.ZodType<Actor> = z.object({
  kind: z.enum(['person', 'anonymous', 'application', 'operator', 'system']),
  id: z.string().optional(),
  name: z.string().default(''),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
});

/**
 * Asks for it. In a transaction the job begins at its commit, and never if it is rolled back.
 * @param options.key a job that waits under the same key is replaced, so that it is done once
 */
export const enqueue = <Payload extends object>(
  { db, contextId }: Pick<Scope, 'db' | 'contextId'>,
  { name }: JobType<Payload>,
  payload: Payload,
  options?: JobOptions,
): Promise<void> => enqueueJob(db, name, { contextId, ...payload }, options);

export type { Attempt };

/** A job and what it does. @typeParam Tools what the application hands to it besides a scope */
export type Job<Tools = unknown> = {
  readonly name: string;
  /** Goes over many rows: it stops between two of its transactions when the process is to end, and the next one goes on. */
  readonly isLong: boolean;
  run(scopeOf: (contextId: ContextId) => Scope, payload: unknown, tools: Tools, attempt: Attempt): Promise<unknown>;
};

const envelope = z.object({ contextId: idOf<ContextId>() });

/** @throws ZodError when what lies in the queue is not of the shape: the job fails, and doctor and `jobs list` show it */
export const job = <Payload, Tools = unknown>(
  { name, payload: schema }: JobType<Payload>,
  work: (scope: Scope, payload: Payload, tools: Tools, attempt: Attempt) => Promise<unknown>,
): Job<Tools> => ({
  name,
  isLong: false,
  run: async (scopeOf, payload, tools, attempt) => work(scopeOf(envelope.parse(payload).contextId), schema.parse(payload), tools, attempt),
});

/** One that runs again from wherever it was stopped: every transaction of it is a step, which a second run does not do again. */
export const longJob = <Payload, Tools = unknown>(...[type, work]: Parameters<typeof job<Payload, Tools>>): Job<Tools> => ({
  ...job<Payload, Tools>(type, (scope, payload, tools, attempt) => work({ ...scope, stop: attempt.stop }, payload, tools, attempt)),
  isLong: true,
});

/** What a chore works with: no company of its own, but every company's scope, whose transactions are its steps as those of a long job are. */
export type Server = { db: Db; clock: Clock; log: Log; stop?: AbortSignal; scopeOf(contextId: ContextId): Scope };

/** Work of the whole server that the calendar asks for. */
export type Chore = { readonly name: string; run(server: Server): Promise<unknown> };

/**
 * One company after the other. One that fails is logged and keeps no other from its turn.
 * @throws the last failure, so that the chore counts as failed: doctor and `jobs list` show it
 */
export async function eachCompany<Company extends { contextId: ContextId }>(
  { log, stop, scopeOf }: Server,
  companies: Company[],
  failure: string,
  work: (scope: Scope, company: Company) => Promise<unknown>,
): Promise<void> {
  let failed: unknown;
  for (const company of companies) {
    stop?.throwIfAborted();
    try {
      await work(scopeOf(company.contextId), company);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      log.error({ err: error, context: company.contextId }, failure);
      failed = error;
    }
  }
  if (failed) throw failed;
}
