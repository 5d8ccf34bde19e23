import type { Knex } from 'knex';

/** Why an object stayed as it was when the rest of a promotion was undone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE promotion_objects ADD COLUMN stays_because jsonb;');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE promotion_objects DROP COLUMN stays_because;');
}
