import type pg from 'pg';
import { notOfExtension } from '../database/index.ts';

export type StoreTable = { name: string; columns: string[] };

/** Rows are written the same way in every session. */
export const sessionSettings = `SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL bytea_output = 'hex';
  SET LOCAL extra_float_digits = 1; SET LOCAL synchronize_seqscans = off`;

/** Tables of ours, and those in which the queue keeps what waits. What is unlogged PostgreSQL itself may forget; which migrations ran is found again. */
const ours = `SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND ${notOfExtension('pg_class', 'c')}
    AND (n.nspname = 'public' AND c.relname NOT LIKE 'knex%' OR n.nspname = 'graphile_worker' AND c.relname LIKE '\\_private\\_%')`;

/** In an order in which each comes after those that its rows point to. */
export async function listTables(client: pg.Client): Promise<StoreTable[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; needs: string[] }>(
    `WITH t AS (${ours}) SELECT format('%I.%I', t.nspname, t.relname) AS name,
       (SELECT array_agg(quote_ident(a.attname) ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       ARRAY(SELECT DISTINCT format('%I.%I', o.nspname, o.relname) FROM pg_constraint k JOIN t o ON o.oid = k.confrelid
         WHERE k.conrelid = t.oid AND k.contype = 'f' AND k.confrelid <> t.oid) AS needs
     FROM t ORDER BY 1`,
  );
  const ordered: StoreTable[] = [];
  const done = new Set<string>();
  let waiting = rows;
  while (waiting.length > 0) {
    const ready = waiting.filter(({ needs }) => needs.every((one) => done.has(one)));
    if (ready.length === 0) throw new Error(`${waiting[0]!.name} and others point to each other`);
    for (const { name, columns } of ready) {
      ordered.push({ name, columns });
      done.add(name);
    }
    waiting = waiting.filter(({ name }) => !done.has(name));
  }
  return ordered;
}

export async function listSequences(client: pg.Client): Promise<{ name: string; value: number }[]> {
  const { rows } = await client.query<{ name: string; value: number }>(
    `SELECT format('%I.%I', schemaname, sequencename) AS name, last_value AS value FROM pg_sequences
     WHERE schemaname IN ('public', 'graphile_worker') AND sequencename NOT LIKE 'knex%' AND last_value IS NOT NULL ORDER BY 1`,
  );
  return rows;
}

/** Tables of ours in `public`, and those of the migrations; not what an extension brought. */
async function listDroppable(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND ${notOfExtension('pg_class', 'c')} ORDER BY 1`,
  );
  return rows.map(({ name }) => name).join(', ');
}

/** Nobody reads or writes the store any more until the transaction ends. */
export async function lockStore(client: pg.Client): Promise<void> {
  const tables = await listDroppable(client);
  if (tables) await client.query(`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`);
}

/** Makes room for another store. What others made to hang on ours is not dropped with it: PostgreSQL refuses (2BP01). */
export async function dropStore(client: pg.Client): Promise<void> {
  const tables = await listDroppable(client);
  if (tables) await client.query(`DROP TABLE ${tables}`);
  const { rows } = await client.query<{ routine: string }>(
    `SELECT p.oid::regprocedure::text AS routine FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = 'public' AND ${notOfExtension('pg_proc', 'p')}`,
  );
  if (rows.length > 0) await client.query(`DROP ROUTINE ${rows.map(({ routine }) => routine).join(', ')}`);
}

/** Names of the migrations that the store has had, and the version of the queue's tables. Undefined where there is no store. */
export async function readVersion(client: pg.Client): Promise<{ migrations: string[]; jobsSchema: number } | undefined> {
  const { rows: found } = await client.query<{ ours: string | null; jobs: string | null }>(
    "SELECT to_regclass('public.knex_migrations')::text AS ours, to_regclass('graphile_worker.migrations')::text AS jobs",
  );
  if (!found[0]!.ours || !found[0]!.jobs) return undefined;
  const { rows: migrations } = await client.query<{ name: string }>('SELECT name FROM public.knex_migrations ORDER BY name');
  const { rows: jobs } = await client.query<{ id: number }>('SELECT max(id) AS id FROM graphile_worker.migrations');
  return { migrations: migrations.map(({ name }) => name), jobsSchema: jobs[0]!.id };
}
