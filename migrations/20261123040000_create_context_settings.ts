import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE context_settings (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      kind text NOT NULL,
      value jsonb NOT NULL,
      version integer NOT NULL,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, kind)
    );

    CREATE TABLE context_logos (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      content_type text NOT NULL,
      content bytea NOT NULL,
      etag text NOT NULL,
      PRIMARY KEY (context_id)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE context_logos; DROP TABLE context_settings;');
}
