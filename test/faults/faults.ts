import type pg from 'pg';
import type { OwnPostgres } from '../support/own-postgres.ts';

/** A fault of the store: how an operator, a full disk or a migration brings it about, what is said of it, and how it ends. */
export type Fault = {
  name: string;
  why: RegExp;
  /** @returns ends it */
  inject(client: pg.Client, store: OwnPostgres): Promise<() => Promise<void>>;
};

const endOthers = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';

export const locking = (table: string): Fault => ({
  name: `the table ${table} is locked`,
  why: /locked, or too slow/,
  async inject(client) {
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return async () => void (await client.query('ROLLBACK'));
  },
});

const tables = `SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;
const onEveryTable = (statement: string) =>
  `DO $do$ DECLARE t text; BEGIN FOR t IN ${tables} LOOP EXECUTE format($f$${statement}$f$, t); END LOOP; END $do$`;

/** What PostgreSQL says of a full disk, from every table: for who may not make a small disk. */
const sayFull = `CREATE OR REPLACE FUNCTION say_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`;

export const faults: Fault[] = [
  ...['sessions', 'users', 'pending_requests'].map(locking),
  {
    name: 'writes are refused',
    why: /takes no writes/,
    async inject(client) {
      await client.query('ALTER DATABASE broken SET default_transaction_read_only = on');
      await client.query(endOthers);
      return async () => {
        await client.query('ALTER DATABASE broken RESET default_transaction_read_only');
        await client.query(endOthers);
      };
    },
  },
  {
    name: 'no table can be written because the disk is full',
    why: /disk of the store is full/,
    async inject(client) {
      await client.query(sayFull);
      await client.query(
        onEveryTable('CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION say_full()'),
      );
      return async () => void (await client.query(onEveryTable('DROP TRIGGER full_disk ON %s')));
    },
  },
  {
    name: 'the connections are used up',
    why: /all connections of the store are in use/,
    async inject(client) {
      await client.query('ALTER ROLE app CONNECTION LIMIT 0');
      await client.query(endOthers);
      return async () => void (await client.query('ALTER ROLE app CONNECTION LIMIT -1'));
    },
  },
  {
    name: 'PostgreSQL says nothing on any connection (SIGSTOP)',
    why: /does not answer/,
    async inject(_client, store) {
      const processes = await store.processes();
      for (const pid of processes) process.kill(pid, 'SIGSTOP');
      return async () => {
        for (const pid of processes) process.kill(pid, 'SIGCONT');
      };
    },
  },
];
