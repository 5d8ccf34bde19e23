import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE known_browsers ADD COLUMN remembered_at timestamptz;');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE known_browsers DROP COLUMN remembered_at;');
}
