import type { Knex } from 'knex';

/** One row, which is written to see whether the store takes writes. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE store_checks (
      id integer PRIMARY KEY CHECK (id = 1),
      checked_at timestamptz NOT NULL
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE store_checks;');
}
