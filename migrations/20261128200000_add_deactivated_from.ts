import type { Knex } from 'knex';

/** S40, S129: whoever was never in comes back as Invited. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE users ADD COLUMN deactivated_from text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE users DROP COLUMN deactivated_from');
}
