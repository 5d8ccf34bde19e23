import type { Knex } from 'knex';

/** What was taken from approval into production, object by object, and the values that each environment has of its own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE promotions (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      promotion_id uuid NOT NULL,
      source_code text NOT NULL,
      state text NOT NULL CHECK (state IN ('proposed', 'declined', 'applied', 'undone')),
      fingerprint text NOT NULL,
      choice jsonb NOT NULL,
      asked_by jsonb NOT NULL,
      asked_at timestamptz NOT NULL,
      decided_by jsonb,
      decided_at timestamptz,
      undone_by jsonb,
      undone_at timestamptz,
      PRIMARY KEY (context_id, promotion_id)
    );
    CREATE UNIQUE INDEX promotions_open ON promotions (context_id) WHERE state = 'proposed';
    CREATE TABLE promotion_objects (
      context_id uuid NOT NULL,
      promotion_id uuid NOT NULL,
      position integer NOT NULL,
      kind text NOT NULL,
      key text NOT NULL,
      name text NOT NULL,
      action text NOT NULL CHECK (action IN ('add', 'change', 'remove')),
      fields jsonb NOT NULL,
      is_undone boolean NOT NULL DEFAULT false,
      PRIMARY KEY (context_id, promotion_id, position),
      FOREIGN KEY (context_id, promotion_id) REFERENCES promotions (context_id, promotion_id) ON DELETE CASCADE
    );
    CREATE TABLE own_values (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      kind text NOT NULL,
      key text NOT NULL,
      path text NOT NULL,
      value text NOT NULL,
      said_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, kind, key, path)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE own_values; DROP TABLE promotion_objects; DROP TABLE promotions;');
}
