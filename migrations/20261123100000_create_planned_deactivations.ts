import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- the name of an IANA time zone: days of the company begin in it
    ALTER TABLE contexts ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';

    CREATE TABLE planned_deactivations (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      starts_on date NOT NULL,
      ends_on date NOT NULL CHECK (ends_on > starts_on),
      description text NOT NULL,
      began_at timestamptz,
      version integer NOT NULL,
      PRIMARY KEY (context_id, user_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX planned_deactivations_start ON planned_deactivations (starts_on);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE planned_deactivations; ALTER TABLE contexts DROP COLUMN time_zone;');
}
