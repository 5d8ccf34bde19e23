// Writes test/migrations/schema.sql, the tables as the migrations leave them, src/domain/tables.ts, their types, and migrations/schema.txt, by which a server knows that
// its schema is whole. `--write`, or prints the first.
import { writeFileSync } from 'node:fs';
import { type Database, readShape, shapeFile } from '../src/platform/database/index.ts';
import { createTestDatabase, stopSharedPostgres } from '../test/support/postgres.ts';
import { tablesFile, writeTables } from './tables.ts';

/** Columns, keys and indexes of every table of ours, in a form that says the same on every PostgreSQL ≥ 15. */
export async function dumpSchema(database: Database): Promise<string> {
  const tables = await database.run<{ name: string; options: string[] | null; unlogged: boolean }>(
    '',
    "SELECT relname AS name, reloptions AS options, relpersistence = 'u' AS unlogged FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'knex%' ORDER BY 1",
    [],
  );
  const parts = [];
  for (const { name, options, unlogged } of tables) {
    const columns = await database.run<{ line: string }>(
      '',
      `SELECT format('  %s %s%s%s', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
         COALESCE(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')) AS line
       FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [name],
    );
    const constraints = await database.run<{ line: string }>(
      '',
      "SELECT '  ' || pg_get_constraintdef(oid) AS line FROM pg_constraint WHERE conrelid = $1::regclass AND contype <> 'n' ORDER BY contype DESC, 1",
      [name],
    );
    const indexes = await database.run<{ line: string }>(
      '',
      'SELECT pg_get_indexdef(indexrelid) AS line FROM pg_index WHERE indrelid = $1::regclass AND NOT indisprimary ORDER BY 1',
      [name],
    );
    parts.push(
      `CREATE ${unlogged ? 'UNLOGGED ' : ''}TABLE ${name} (\n${[...columns, ...constraints].map(({ line }) => line).join(',\n')}\n)${options ? ` WITH (${options.join(', ')})` : ''};\n${indexes.map(({ line }) => `${line};\n`).join('')}`,
    );
  }
  return parts.join('\n');
}

/** The same for a running server: a line for each thing. */
export const dumpShape = async (database: Database): Promise<string> =>
  `${(await readShape((text) => database.run('', text, []))).join('\n')}\n`;

export const schemaFile = new URL('../test/migrations/schema.sql', import.meta.url);

if (import.meta.main) {
  const database = await createTestDatabase();
  const opened = database.open();
  const schema = await dumpSchema(opened);
  const shape = await dumpShape(opened);
  await opened.close();
  await stopSharedPostgres();
  if (process.argv.includes('--write')) {
    writeFileSync(schemaFile, schema);
    writeFileSync(tablesFile, writeTables(schema));
    writeFileSync(shapeFile, shape);
  } else process.stdout.write(schema);
}
