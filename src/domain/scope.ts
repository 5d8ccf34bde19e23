import type { Clock } from '../platform/clock/index.ts';
import type { Db } from '../platform/database/index.ts';

declare const brand: unique symbol;
type Id<Name> = string & { readonly [brand]: Name };
export type ContextId = Id<'context'>;
export type UserId = Id<'user'>;
export type GroupId = Id<'group'>;
export type ApplicationId = Id<'application'>;
export type SessionId = Id<'session'>;
export type RequestId = Id<'request'>;
export type OperationId = Id<'operation'>;

/** Who acts, as the audit report will show them. */
export type Actor = {
  kind: 'person' | 'anonymous' | 'application' | 'operator' | 'system';
  id?: string;
  name: string;
  ip?: string;
  userAgent?: string;
};

/** First parameter of every store function and use case. */
export type Scope = { db: Db; contextId: ContextId; actor: Actor; clock: Clock };

/** One transaction for a use case: its writes, its audit event and its jobs stand or fall together. */
export async function inTransaction<T>(scope: Scope, work: (scope: Scope) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await scope.db.transaction((db) => work({ ...scope, db }));
    } catch (error) {
      // of two that wait for each other one is rolled back whole, and may go again; inside another transaction that is not ours to do
      const isDeadlock = (error as { code?: string }).code === '40P01';
      if (!isDeadlock || attempt === 3 || scope.db.isTransaction) throw error;
    }
  }
}

/** Reads of one moment, whatever is written meanwhile; inside another transaction they are of its own moments. */
export const inSnapshot = <T>(scope: Scope, work: (scope: Scope) => Promise<T>): Promise<T> =>
  scope.db.isTransaction
    ? work(scope)
    : scope.db.transaction((db) => work({ ...scope, db }), { isolationLevel: 'repeatable read', readOnly: true });

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text from outside can be an id at all; PostgreSQL would answer others with an error. */
export const isId = (value: unknown): value is string => typeof value === 'string' && uuid.test(value);

/** Where a list in the order of a text and an id goes on. */
export const encodeCursor = (key: string, id: string): string => Buffer.from(JSON.stringify([key, id])).toString('base64url');

/** @returns undefined for none, or one that somebody cut: the list starts at its beginning */
export function decodeCursor(cursor: string | undefined): [key: string, id: string] | undefined {
  if (!cursor) return undefined;
  try {
    const [key, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return typeof key === 'string' && !key.includes('\0') && key.isWellFormed() && isId(id) ? [key, id] : undefined;
  } catch {
    return undefined;
  }
}

/** One page of a list in key order: `cursor` opens the next. */
export type Page<T> = { items: T[]; cursor?: string };
