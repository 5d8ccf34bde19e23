import { readFileSync } from 'node:fs';
import type { Row } from './database.ts';
import { knownMigrations } from './migrate.ts';

type Query = <T extends Row>(text: string) => Promise<T[]>;

/** What `npm run schema` wrote of the schema as the migrations leave it. */
export const shapeFile = new URL('../../../migrations/schema.txt', import.meta.url);

export const notOfExtension = (catalog: 'pg_class' | 'pg_proc', alias: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = ${alias}.oid AND x.deptype = 'e')`;

/** Of our tables what says the same on every PostgreSQL from 15 on; a line each. Not-null constraints are said of columns. */
const shape = `WITH t AS (SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'knex%')
  SELECT format('table %s', relname) AS line FROM t
  UNION ALL SELECT format('column %s.%s %s%s', relname, attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END)
    FROM t JOIN pg_attribute ON attrelid = t.oid WHERE attnum > 0 AND NOT attisdropped
  UNION ALL SELECT format('constraint %s %s', relname, pg_get_constraintdef(c.oid)) FROM t JOIN pg_constraint c ON conrelid = t.oid WHERE contype <> 'n' AND convalidated
  UNION ALL SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM t JOIN pg_index ON indrelid = t.oid WHERE indisvalid
  UNION ALL SELECT format('trigger %s %s', relname, tgname) FROM t JOIN pg_trigger ON tgrelid = t.oid WHERE NOT tgisinternal AND tgenabled <> 'D'
  UNION ALL SELECT format('function %s(%s)', proname, pg_get_function_identity_arguments(p.oid)) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND ${notOfExtension('pg_proc', 'p')}`;

export async function readShape(query: Query): Promise<string[]> {
  return (await query<{ line: string }>(shape)).map(({ line }) => line).sort();
}

let expected: string[] | undefined;
const readExpected = (): string[] => (expected ??= readFileSync(shapeFile, 'utf8').trimEnd().split('\n'));

/** Whatever a restore would drop with our tables; a line each as in the shape, or with a kind that we have none of. */
const droppable = `SELECT format('%s %s', CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END, relname) AS line
    FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'knex%' AND ${notOfExtension('pg_class', 'c')}
  UNION ALL SELECT DISTINCT format('view %s', v.oid::regclass) FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    JOIN pg_class v ON v.oid = r.ev_class JOIN pg_class c ON d.refclassid = 'pg_class'::regclass AND c.oid = d.refobjid
    WHERE v.relkind IN ('v', 'm') AND v.relnamespace <> 'public'::regnamespace AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND ${notOfExtension('pg_class', 'v')} AND ${notOfExtension('pg_class', 'c')}
  UNION ALL SELECT format('function %s(%s)', proname, pg_get_function_identity_arguments(p.oid)) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND ${notOfExtension('pg_proc', 'p')}
  UNION ALL SELECT format('trigger %s %s', relname, tgname) FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'knex%' AND ${notOfExtension('pg_class', 'c')}
  ORDER BY 1`;

/** What a restore would drop and is neither ours nor an extension's: tables, views that read ours, functions, triggers. */
export async function findForeign(query: Query): Promise<string[]> {
  const own = new Set(readExpected());
  return (await query<{ line: string }>(droppable)).map(({ line }) => line).filter((line) => !own.has(line));
}

/** Migrations that the store has had and this version does not know: a newer one worked on it. */
export async function findUnknownMigrations(query: Query): Promise<string[]> {
  const [found] = await query<{ has: boolean }>("SELECT to_regclass('public.knex_migrations') IS NOT NULL AS has");
  if (!found!.has) return [];
  const known = new Set(knownMigrations());
  return (await query<{ name: string }>('SELECT name FROM public.knex_migrations ORDER BY name'))
    .map(({ name }) => name)
    .filter((name) => !known.has(name));
}

/**
 * What the migrations that the store says it has had should have left, and is not there: of a backup that was brought back in part, say. Of a store that a newer version
 * has changed only tables and columns are asked for.
 * @returns undefined when migrations are waiting: nothing can be said then
 */
export async function findMissingInSchema(query: Query): Promise<string[] | undefined> {
  const [found] = await query<{ has: boolean }>("SELECT to_regclass('public.knex_migrations') IS NOT NULL AS has");
  if (!found!.has) return undefined;
  const ran = new Set((await query<{ name: string }>('SELECT name FROM public.knex_migrations')).map(({ name }) => name));
  const known = knownMigrations();
  if (known.some((name) => !ran.has(name))) return undefined;
  const whole = readExpected();
  const wanted = ran.size === known.length ? whole : whole.filter((line) => /^(table|column) /.test(line));
  const there = new Set(await readShape(query));
  return wanted.filter((line) => !there.has(line));
}
