import type { Clock } from '../platform/clock/index.ts';
import type { KeyRing, PasswordHasher } from '../platform/crypto/index.ts';
import type { Db, TransactionDb } from '../platform/database/index.ts';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: { readonly [Kind in Name]: true } };
export type ContextId = Id<'context'>;
export type UserId = Id<'user'>;
export type GroupId = Id<'group'>;
export type ApplicationId = Id<'application'>;
export type ApiId = Id<'api'>;
export type SessionId = Id<'session'>;
export type RequestId = Id<'request'>;
export type OperationId = Id<'operation'>;
export type DirectoryId = Id<'directory'>;
/** Of an agent beside a directory. */
export type AgentId = Id<'agent'>;
/** Of what is asked of a directory. */
export type DirectoryRequestId = Id<'directory-request'>;
/** Of a run that imports. */
export type RunId = Id<'run'>;
export type PromotionId = Id<'promotion'>;
/** A text from outside that can be an id: of what, the statement that looks for it says. */
export type AnyId = Id<
  | 'context'
  | 'user'
  | 'group'
  | 'application'
  | 'api'
  | 'session'
  | 'request'
  | 'operation'
  | 'directory'
  | 'agent'
  | 'directory-request'
  | 'run'
  | 'promotion'
>;

/** Who acts, as the audit report will show them. */
export type Actor = {
  kind: 'person' | 'anonymous' | 'application' | 'operator' | 'system';
  id?: string;
  name: string;
  ip?: string;
  userAgent?: string;
  /** Of the request in which they acted, or that asked for the job: the log has it, too. */
  requestId?: string;
};

/** First parameter of every store function and use case: for which company, in whose name, and with what. By itself it reads. */
export type Scope = {
  db: Db;
  contextId: ContextId;
  actor: Actor;
  clock: Clock;
  keyRing: KeyRing;
  hasher: PasswordHasher;
  isHttpHost?: IsHttpHost;
  /** Host and port of the server itself: no company may have them. Without it nothing is refused for that. */
  ownHost?: string;
  /** Everything that is written is taken back in the end. So what people are using now, sessions and tokens, is left alone. `rehearse` begins it. */
  isRehearsal?: true;
  /** Of a rehearsal for which somebody waits: it ends here, and begins again (`rehearse`). */
  giveWay?: () => void;
  /** Of long work: the process is about to end. `inTransaction` then begins no other one, so what is between two transactions is a safe place. */
  stop?: AbortSignal;
};

/** Whether the operator has opened this host of a private network to answers by http; without it none is. */
type IsHttpHost = (hostname: string) => boolean;

declare const opened: unique symbol;

type Opened = { readonly db: TransactionDb; readonly [opened]: true };

/**
 * A scope inside one transaction. Only `inTransaction` makes one. Whatever records an event, locks, or writes together with something else takes one: outside a
 * transaction it does not compile. A single statement that stands by itself may take a Scope; test/checks/transactions.test.ts lists them.
 */
export type Transaction = Scope & Opened;

/** A scope of no company yet: one is about to be made or looked for. */
export type ServerScope = Omit<Scope, 'contextId'>;

export type ScopeParts = {
  database: { knex: Db };
  clock: Clock;
  keyRing: KeyRing;
  hasher: PasswordHasher;
  isHttpHost?: IsHttpHost;
  ownHost?: string;
};

export const openScope = ({ database, clock, keyRing, hasher, isHttpHost }: ScopeParts, contextId: ContextId, actor: Actor): Scope => ({
  db: database.knex,
  contextId,
  actor,
  clock,
  keyRing,
  hasher,
  isHttpHost,
});

/** As `openScope`, of no company yet. */
export const openServerScope = ({ database, clock, keyRing, hasher, isHttpHost, ownHost }: ScopeParts, actor: Actor): ServerScope => ({
  db: database.knex,
  actor,
  clock,
  keyRing,
  hasher,
  isHttpHost,
  ownHost,
});

/** For work that is taken back in the end, whatever comes of it. */
export const rehearsing = <S extends ServerScope>(scope: S): S => ({ ...scope, isRehearsal: true });

/** What `inTransaction` hands to its work: the same scope, inside a transaction. */
export type Inside<S extends ServerScope> = S & Opened;

export const isTransaction = <S extends ServerScope>(scope: S): scope is S & Opened => scope.db.isTransaction === true;

/**
 * Writes, audit events and jobs of `work` stand or fall together. Inside another transaction it is a savepoint: what `work` throws undoes only its own part.
 * After a deadlock `work` runs again, so it keeps nothing outside of itself: what it finds out, it returns.
 * @throws Stopped where the process is about to end and the work is long
 */
export async function inTransaction<T, S extends ServerScope>(scope: S, work: (scope: S & Opened) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    if (!isTransaction(scope)) scope.stop?.throwIfAborted();
    try {
      return await scope.db.transaction((db) => work({ ...scope, db } as S & Opened));
    } catch (error) {
      // PostgreSQL rolls back one of two transactions that wait for each other; it may run again, unless it is part of a larger one
      const isDeadlock = (error as { code?: string }).code === '40P01';
      if (!isDeadlock || attempt === 3 || isTransaction(scope)) throw error;
    }
  }
}

/**
 * A verb of the product. Called with a scope it opens a transaction; called with a transaction it is a part of that one, so use cases can be made of use cases.
 * Its caller must not go on after it threw inside a transaction: `inTransaction` around it makes that possible.
 */
export const useCase =
  <Args extends unknown[], T>(work: (scope: Transaction, ...args: Args) => Promise<T>) =>
  (scope: Scope, ...args: Args): Promise<T> =>
    isTransaction(scope) ? asPart(scope, work, args) : inTransaction(scope, (inside) => work(inside, ...args));

async function asPart<Args extends unknown[], T>(scope: Transaction, work: (scope: Transaction, ...args: Args) => Promise<T>, args: Args) {
  scope.giveWay?.();
  return work(scope, ...args);
}

/** Reads of one moment, whatever is written meanwhile; inside another transaction they are of its own moments. PostgreSQL refuses to write in one. */
export const inSnapshot = <T>(scope: Scope, work: (scope: Scope) => Promise<T>): Promise<T> =>
  scope.db.isTransaction
    ? work(scope)
    : scope.db.transaction((db) => work({ ...scope, db }), { isolationLevel: 'repeatable read', readOnly: true });

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text from outside can be an id at all; PostgreSQL would answer others with an error. */
export const isId = (value: unknown): value is AnyId => typeof value === 'string' && uuid.test(value);

const idOfNothing = '00000000-0000-0000-0000-000000000000';
/** What a filter looks for: text that is no id finds nothing, as an id that nothing has. A filter that ignored it would show everything. */
export const soughtId = <Id extends AnyId>(text: string): Id => (isId(text) ? text : idOfNothing) as Id;

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
