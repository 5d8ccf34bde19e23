import type { Tables } from 'knex/types/tables.js';
import type { Db } from './database.ts';

const fewest = 100;

/**
 * After many rows at once. PostgreSQL looks at a table again when it has grown for a minute. Until then it may take it for nearly empty, and any index for as good as the primary key: each
 * check of a foreign key would look through all rows of the company.
 * @param written how many rows came
 */
export async function measureGrown(db: Db, table: keyof Tables, written: number): Promise<void> {
  if (written < fewest) return;
  const { rows } = await db.raw('SELECT reltuples < ? AS is_unknown FROM pg_class WHERE oid = CAST(? AS regclass)', [10 * written, table]);
  if (rows[0]?.is_unknown) await db.raw('ANALYZE ??', [table]);
}
