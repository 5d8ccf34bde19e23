import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What the person proved before, in sign-ins that are not complete, is worth nothing.
    ALTER TABLE users ADD COLUMN proofs_after timestamptz;
    CREATE INDEX one_time_links_recent ON one_time_links (context_id, kind, created_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX one_time_links_recent; ALTER TABLE users DROP COLUMN proofs_after;');
}
