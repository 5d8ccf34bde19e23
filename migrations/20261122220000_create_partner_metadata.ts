import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE partner_metadata (
      context_id uuid NOT NULL,
      application_id uuid NOT NULL,
      checked_at timestamptz NOT NULL,
      fault text,
      proposed jsonb,
      ignored jsonb,
      PRIMARY KEY (context_id, application_id),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE partner_metadata;');
}
