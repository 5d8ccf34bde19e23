import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE custom_fields (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      field_id uuid NOT NULL,
      code text NOT NULL,
      label text NOT NULL,
      type text NOT NULL CHECK (type IN ('text', 'number', 'date', 'boolean', 'choice', 'choices')),
      options jsonb NOT NULL DEFAULT '[]',
      is_required boolean NOT NULL,
      is_personal boolean NOT NULL,
      position integer NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, field_id),
      UNIQUE (context_id, code)
    );
    -- a person's values by field_id: a field that is deleted and made again does not bring its old values back
    ALTER TABLE users ADD COLUMN custom_values jsonb NOT NULL DEFAULT '{}';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE users DROP COLUMN custom_values; DROP TABLE custom_fields;');
}
