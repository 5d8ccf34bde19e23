import { expect } from 'chai';
import { findContextByCode } from '../../src/domain/company/contexts/index.ts';
import { createUser, fullName, type NewUser, type User } from '../../src/domain/people/users/index.ts';
import type { AuditEvent } from '../../src/domain/records/audit/index.ts';
import { inTransaction, openScope, type Scope, type SessionId, type UserId } from '../../src/domain/scope.ts';
import { startSession } from '../../src/domain/sign-in/sessions/index.ts';
import { createPasswordHasher } from '../../src/platform/crypto/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { AppError } from '../../src/platform/errors/index.ts';
import { eventsOf } from './audit.ts';
import { movableClock } from './clock.ts';
import { loadRememberingEngine } from './password-engine.ts';
import { createTestDatabase } from './postgres.ts';
import { testKeyRing } from './server.ts';

/** The starting state in a database of its own, without a server: what use cases need, and looks at what they did. */
export type UseCaseStore = {
  /** Of company acme, in the name of the system. */
  scope: Scope;
  /** For what takes its own connections. */
  database: Database;
  /** Of the other company. */
  other: Scope;
  /** Puts the clock forward. */
  wait(minutes: number): void;
  /** A person of acme. Names and logins are of their own unless told. */
  person(more?: Partial<NewUser>): Promise<User>;
  /** The id of a person of the other company. */
  stranger(): Promise<UserId>;
  /** Signs the person in. */
  session(userId: UserId): Promise<SessionId>;
  /** What waits in the queue under this name, in order. */
  queued(name: string): Promise<Record<string, unknown>[]>;
  /** Types of the events that `work` recorded, in order. */
  eventsOf(work: () => Promise<unknown>): Promise<AuditEvent['type'][]>;
  /** `work` is refused with this code, and no table nor the queue is another than before. @returns the faults by field */
  refused(code: string, work: () => Promise<unknown>): Promise<Record<string, string>>;
  /** No table nor the queue is another after `work`. @returns what it returned */
  unchanged<T>(work: () => Promise<T>): Promise<T>;
  /** `work` is a part of its caller's transaction. @returns how many events it recorded */
  inCallersTransaction(work: (scope: Scope) => Promise<unknown>): Promise<number>;
  /** `work` is a part of its caller's transaction; and where one of its events cannot be written, nothing is. */
  inOneTransaction(work: (scope: Scope) => Promise<unknown>): Promise<void>;
};

/** What is refused, and with which code. */
export type Refusals = [code: string, work: () => Promise<unknown>][];

const countEvents = async ({ db }: Scope): Promise<number> => Number((await db('audit_events').count({ n: '*' }))[0]!.n);

async function writePicture({ knex }: Database): Promise<string> {
  const { rows: tables } = await knex.raw<{ rows: { name: string }[] }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public' OR table_name = '_private_jobs' ORDER BY 1`,
  );
  expect(tables.length).to.be.greaterThan(40);
  const hash = (name: string) => `(SELECT md5(coalesce(string_agg(x::text, '|' ORDER BY x::text), '')) FROM ${name} x) AS "${name}"`;
  return `SELECT ${tables.map(({ name }) => hash(name)).join(', ')}`;
}

/** Opens the store for the tests of a `describe`. */
export function useStore(): UseCaseStore {
  const clock = movableClock();
  const store = { wait: clock.wait } as UseCaseStore;
  let database: Database;
  let drop: () => Promise<void>;
  let count = 0;
  let pictureStatement: string | undefined;

  before(async () => {
    const test = await createTestDatabase({ of: 'started' });
    // what happens from now on is later than what the database was made with
    clock.reset();
    database = test.open(4);
    drop = test.drop;
    store.database = database;
    const parts = {
      database,
      clock: clock.clock,
      keyRing: testKeyRing(),
      hasher: createPasswordHasher(2, 10, await loadRememberingEngine()),
    };
    const actor = { kind: 'system', name: 'test' } as const;
    const scopeOf = async (code: string) => openScope(parts, (await findContextByCode(database.knex, code))!.contextId, actor);
    store.scope = await scopeOf('acme');
    store.other = await scopeOf('other');
  });
  after(async () => {
    await database.close();
    await drop();
  });

  /** Every table and the queue, each as a hash of its rows: a statement that is planned once for each connection. */
  async function picture(): Promise<Record<string, string>> {
    pictureStatement ??= await writePicture(database);
    const connection = await database.knex.client.acquireConnection();
    try {
      const { rows } = await connection.query({ name: 'test-picture', text: pictureStatement });
      return rows[0];
    } finally {
      await database.knex.client.releaseConnection(connection);
    }
  }

  /** While the n-th event that is written from now on fails. */
  async function withoutEvent<T>(n: number, work: () => Promise<T>): Promise<T> {
    await database.knex.raw(`
      CREATE SEQUENCE events_seen;
      CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF nextval('events_seen') = ${n} THEN RAISE EXCEPTION 'no event can be written'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse_event BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_event()`);
    try {
      return await work();
    } finally {
      await database.knex.raw('DROP TRIGGER refuse_event ON audit_events; DROP FUNCTION refuse_event(); DROP SEQUENCE events_seen');
    }
  }

  async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
    return work().then(
      () => expect.fail('it went through'),
      (error: unknown) => error,
    );
  }

  return Object.assign(store, {
    person(more: Partial<NewUser> = {}) {
      const n = ++count;
      const login = more.username ? {} : { email: `person${n}@acme.example` };
      return createUser(store.scope, { firstName: 'Person', lastName: String(n), role: 'regular', status: 'activated', ...login, ...more });
    },
    async stranger() {
      const { db, contextId } = store.other;
      return (await db('users').where('context_id', contextId).first('user_id'))!.user_id;
    },
    async eventsOf(work: () => Promise<unknown>) {
      const before = new Set((await eventsOf(store.scope)).map(({ id }) => id));
      await work();
      return (await eventsOf(store.scope)).filter(({ id }) => !before.has(id)).map(({ type }) => type);
    },
    session: (userId: UserId) =>
      inTransaction(store.scope, async (inside) => {
        const lasts = { idleSeconds: 3600, lifetimeSeconds: 36_000, isKept: false, keepSeconds: 0 };
        const authenticatedAt = inside.clock.now();
        const input = { userId, amr: ['pwd'], authenticatedAt, ip: '127.0.0.1', userAgent: 'test', ...lasts };
        return (await startSession(inside, input, undefined)).sessionId;
      }),
    async queued(name: string) {
      const { rows } = await database.knex.raw<{ rows: { payload: Record<string, unknown> }[] }>(
        `SELECT j.payload FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
         WHERE t.identifier = ? ORDER BY j.id`,
        [name],
      );
      return rows.map(({ payload }) => payload);
    },
    async unchanged<T>(work: () => Promise<T>) {
      const before = await picture();
      const result = await work();
      expect(await picture()).to.deep.equal(before);
      return result;
    },
    async refused(code: string, work: () => Promise<unknown>) {
      const error = await store.unchanged(() => failureOf(work));
      if (!(error instanceof AppError)) throw error;
      expect(error.code).to.equal(code);
      return error.fields ?? {};
    },
    async inCallersTransaction(work: (scope: Scope) => Promise<unknown>) {
      const before = await picture();
      const later = new Error('later');
      let events = 0;
      const error = await failureOf(() =>
        inTransaction(store.scope, async (inside) => {
          events = -(await countEvents(inside));
          await work(inside);
          events += await countEvents(inside);
          throw later;
        }),
      );
      expect(error).to.equal(later);
      expect(await picture(), 'it opened a transaction of its own').to.deep.equal(before);
      return events;
    },
    async inOneTransaction(work: (scope: Scope) => Promise<unknown>) {
      const before = await picture();
      const events = await store.inCallersTransaction(work);
      expect(events, 'it recorded no event').to.be.greaterThan(0);
      for (let n = 1; n <= events; n++) {
        const failure = await withoutEvent(n, () => failureOf(() => work(store.scope)));
        expect(String(failure)).to.contain('no event can be written');
        expect(await picture(), `something was written without event ${n} of ${events}`).to.deep.equal(before);
      }
    },
  });
}

/** The same scope in the name of this person. */
export const actingFor = (scope: Scope, user: User): Scope => ({
  ...scope,
  actor: { kind: 'person', id: user.userId, name: fullName(user) },
});

/** An id that nothing has. */
export const unknownId = '00000000-0000-7000-8000-000000000000';
