import { z } from 'zod';
import type { Clock } from '../platform/clock/index.ts';
import type { SealedColumn } from '../platform/crypto/index.ts';
import type { Db } from '../platform/database/index.ts';
import { enqueueJob, type JobOptions } from '../platform/jobs/index.ts';
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

/** Whether the queue gives up when it fails this time. */
export type Attempt = { isLast: boolean };

/** A job and what it does. @typeParam Tools what the application hands to it besides a scope */
export type Job<Tools = unknown> = {
  readonly name: string;
  run(scopeOf: (contextId: ContextId) => Scope, payload: unknown, tools: Tools, attempt: Attempt): Promise<unknown>;
};

const envelope = z.object({ contextId: idOf<ContextId>() });

/** @throws ZodError when what lies in the queue is not of the shape: the job fails, and doctor and `jobs list` show it */
export const job = <Payload, Tools = unknown>(
  { name, payload: schema }: JobType<Payload>,
  work: (scope: Scope, payload: Payload, tools: Tools, attempt: Attempt) => Promise<unknown>,
): Job<Tools> => ({
  name,
  run: async (scopeOf, payload, tools, attempt) => work(scopeOf(envelope.parse(payload).contextId), schema.parse(payload), tools, attempt),
});

/** What a chore works with: no company of its own, but every company's scope. */
export type Server = { db: Db; clock: Clock; log: Log; scopeOf(contextId: ContextId): Scope };

/** Work of the whole server that the calendar asks for. */
export type Chore = { readonly name: string; run(server: Server): Promise<unknown> };

/**
 * One company after the other. One that fails is logged and keeps no other from its turn.
 * @throws the last failure, so that the chore counts as failed: doctor and `jobs list` show it
 */
export async function eachCompany<Company extends { contextId: ContextId }>(
  { log, scopeOf }: Server,
  companies: Company[],
  failure: string,
  work: (scope: Scope, company: Company) => Promise<unknown>,
): Promise<void> {
  let failed: unknown;
  for (const company of companies) {
    try {
      await work(scopeOf(company.contextId), company);
    } catch (error) {
      log.error({ err: error, context: company.contextId }, failure);
      failed = error;
    }
  }
  if (failed) throw failed;
}
