import type { Knex } from 'knex';
import type { Tables } from 'knex/types/tables.js';
import { inSpan, statementSummary } from '../tracing/index.ts';
import type { Db, Row } from './database.ts';
import { type Connection, hotConnectionsOf } from './hot-connections.ts';
import { gather } from './pipeline.ts';

type Client = { acquireConnection(): Promise<Connection>; releaseConnection(connection: Connection): Promise<void> };

/**
 * Runs a statement that is prepared once for each connection, in the caller's transaction if there is one. For what every sign-in runs: knex's builder costs more than
 * such a statement. One with a name finds rows by key: outside of transactions it has connections of its own, which plan it so. Its columns have to be named, since a column added while we run would change what `*` means.
 * In a transaction nobody has to wait for one before calling the next: they are done in the order of the calls, and share a round trip.
 * @param name of this text and of no other; undefined of one that is not to be kept prepared
 */
export const run = <T = Row>(db: MaybeOver, name: string | undefined, text: string, values: unknown[]): Promise<Done<T>> =>
  inSpan('client', name ?? statementSummary(text), database, () => runOn<T>(db, name, text, values));

type MaybeOver = Db & { isCompleted?(): boolean };
type Done<T> = { rows: T[]; rowCount: number };
const database = { 'db.system.name': 'postgresql' };

async function runOn<T>(db: MaybeOver, name: string | undefined, text: string, values: unknown[]): Promise<Done<T>> {
  const mustNotBeOver = () => {
    if (db.isCompleted?.()) throw new Error(`${name ?? text.slice(0, 100)}: the transaction is over`);
  };
  mustNotBeOver();
  const client: Client = db.client;
  const pool = name === undefined ? undefined : hotConnectionsOf(client);
  if (pool) {
    const { rows, rowCount } = await pool.query<T>({ name, text, values });
    return { rows, rowCount: rowCount ?? 0 };
  }
  const connection = await client.acquireConnection();
  try {
    // another statement of the transaction may have failed meanwhile: this one would stand by itself
    mustNotBeOver();
    gather(connection);
    const { rows, rowCount } = await connection.query<T>({ name, text, values });
    return { rows, rowCount: rowCount ?? 0 };
  } finally {
    await client.releaseConnection(connection);
  }
}

/** Appends a row as `run` does. @param row with the same columns every time */
export async function insertRow<Name extends keyof Tables>(
  db: Db,
  table: Name,
  row: Knex.ResolveTableType<Tables[Name], 'insert'>,
): Promise<void> {
  const columns = Object.keys(row);
  const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`;
  await run(db, `insert into ${table}`, text, Object.values(row));
}

// PostgreSQL takes 65,535 parameters
const mostParameters = 60_000;

/**
 * Appends many rows by few statements.
 * @param rows all with the same columns
 * @param ending of the statement, such as ON CONFLICT DO NOTHING RETURNING user_id
 * @returns what `ending` returns, in no order
 */
export async function insertRows<Name extends keyof Tables, T = Row>(
  db: Db,
  table: Name,
  rows: Knex.ResolveTableType<Tables[Name], 'insert'>[],
  ending = '',
): Promise<T[]> {
  const columns = Object.keys(rows[0] ?? {});
  const step = Math.floor(mostParameters / columns.length);
  const returned: T[] = [];
  for (let from = 0; from < rows.length; from += step) {
    const some = rows.slice(from, from + step);
    const places = some.map((_, i) => `(${columns.map((_column, j) => `$${i * columns.length + j + 1}`).join(',')})`);
    const text = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${places.join(',')} ${ending}`;
    const values = some.flatMap((row) => columns.map((column) => (row as Record<string, unknown>)[column]));
    returned.push(...(await run<T>(db, undefined, text, values)).rows);
  }
  return returned;
}
