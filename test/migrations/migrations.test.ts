import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dumpSchema, dumpShape, schemaFile } from '../../scripts/dump-schema.ts';
import { tablesFile, writeTables } from '../../scripts/tables.ts';
import {
  type Database,
  findMissingInSchema,
  migrate,
  openDatabase,
  pendingMigrations,
  shapeFile,
} from '../../src/platform/database/index.ts';
import { createTestDatabase } from '../support/postgres.ts';

describe('store: migrations', () => {
  let test: Awaited<ReturnType<typeof createTestDatabase>>;
  let database: Database;
  before(async () => {
    test = await createTestDatabase();
    database = test.open();
  });
  after(async () => {
    await database.close();
    await test.drop();
  });

  it('leave the schema that test/migrations/schema.sql says', async () => {
    expect(await dumpSchema(database), 'run: node scripts/dump-schema.ts --write').to.equal(readFileSync(schemaFile, 'utf8'));
  });

  it('leave the shape by which a server knows that its schema is whole, and each thing that is missing is named', async () => {
    expect(await dumpShape(database), 'run: npm run schema').to.equal(readFileSync(shapeFile, 'utf8'));
    /** What is missing after this, which is undone. */
    const missingAfter = (sql: string): Promise<string[] | undefined> =>
      database.knex
        .transaction(async (trx) => {
          await trx.raw(sql);
          const found = await findMissingInSchema(async (text) => (await trx.raw(text)).rows);
          throw Object.assign(new Error('undo'), { found });
        })
        .catch((error) => {
          if (!('found' in error)) throw error;
          return error.found;
        });
    expect(await missingAfter('SELECT 1')).to.deep.equal([]);
    const damage: [sql: string, missing: RegExp][] = [
      ['DROP TABLE traced_exchanges', /^table traced_exchanges$/],
      ['ALTER TABLE users DROP COLUMN department', /^column users.department text$/],
      ['ALTER TABLE users ALTER COLUMN role DROP NOT NULL', /^column users.role text NOT NULL$/],
      ['ALTER TABLE passwords DROP CONSTRAINT passwords_pkey', /^constraint passwords PRIMARY KEY \(context_id, user_id\)$/],
      ['DROP INDEX users_email', /^index CREATE UNIQUE INDEX users_email ON /],
      ['ALTER TABLE users DISABLE TRIGGER users_counted_in', /^trigger users users_counted_in$/],
    ];
    for (const [sql, named] of damage) {
      const found = (await missingAfter(sql))!;
      expect(
        found.some((line) => named.test(line)),
        `${sql}: ${found}`,
      ).to.equal(true);
    }
    // of a newer version: it may have another index, not fewer columns
    const newer = "INSERT INTO knex_migrations (name, batch) VALUES ('29990101000000_newer', 99)";
    expect(await missingAfter(`${newer}; DROP INDEX users_email`)).to.deep.equal([]);
    expect(await missingAfter(`${newer}; ALTER TABLE users DROP COLUMN department`)).to.have.length(1);
    const behind = 'DELETE FROM knex_migrations WHERE id = (SELECT max(id) FROM knex_migrations)';
    expect(await missingAfter(behind), 'migrations wait').to.equal(undefined);
  });

  it('leave the tables that src/domain/tables.ts types', () => {
    const schema = readFileSync(schemaFile, 'utf8');
    expect(writeTables(schema), 'run: node scripts/dump-schema.ts --write').to.equal(readFileSync(tablesFile, 'utf8'));
    expect(() => writeTables(schema.replace('  context_id uuid', '  context_id point')), 'a type it does not know').to.throw(
      'context_id point',
    );
  });

  it('begin every primary, unique and foreign key with context_id', async () => {
    const rows = await database.run<{ name: string; first: string }>(
      '',
      `SELECT c.conrelid::regclass || ' ' || c.conname AS name, a.attname AS first FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
       WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'u', 'f') AND c.conrelid::regclass::text NOT LIKE 'knex%'
       UNION ALL
       SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
       WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE 'knex%'`,
      [],
    );
    // the contexts table is where contexts are found: by code and by address; a running process is of none, nor are the row that shows whether the store takes writes and the master keys
    const others = rows.filter(
      ({ name, first }) =>
        first !== 'context_id' &&
        !/^(contexts(_code|_address| contexts_paired_context_id_fkey)|(agent_processes|store_checks|master_keys|former_fingerprint_keys)(_pkey| \w+_pkey))/.test(
          name,
        ),
    );
    expect(others).to.deep.equal([]);
    expect(rows.length).to.be.greaterThan(25);
  });

  it('run down and up again, and in parallel without harm', async () => {
    expect(await pendingMigrations(database.knex)).to.deep.equal([]);
    const folder = new URL('../../migrations/', import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    for (const file of files.sort().reverse()) await (await import(new URL(file, folder).href)).down(database.knex);
    await database.knex('knex_migrations').delete();
    const others = [openDatabase(test.url, 4), openDatabase(test.url, 4), openDatabase(test.url, 4)];
    const ran = await Promise.all(others.map((one) => migrate(one)));
    expect(ran.map((names) => names.length).sort()).to.deep.equal([0, 0, files.length]);
    await Promise.all(others.map((one) => one.close()));
    expect(await dumpSchema(database)).to.equal(readFileSync(schemaFile, 'utf8'));
  });
});
