import type { Knex } from 'knex';

/** A sign-in that is finished is remembered for its hour: the back button leads from its pages into the application. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE pending_requests ADD COLUMN finished_at timestamptz');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DELETE FROM pending_requests WHERE finished_at IS NOT NULL;
    ALTER TABLE pending_requests DROP COLUMN finished_at;
  `);
}
