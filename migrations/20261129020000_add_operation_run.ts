import type { Knex } from 'knex';

/** Which run of an operation may write: of two at once the later one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE operations ADD COLUMN run integer NOT NULL DEFAULT 0');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE operations DROP COLUMN run');
}
