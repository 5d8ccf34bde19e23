import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- long deeds that an administrator asked for: progress, outcome, and what they made
    CREATE TABLE operations (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      operation_id uuid NOT NULL,
      kind text NOT NULL,
      requested_by uuid NOT NULL,
      actor jsonb NOT NULL,
      input jsonb NOT NULL,
      state text NOT NULL CHECK (state IN ('draft', 'waiting', 'running', 'done', 'failed')),
      total integer NOT NULL,
      done integer NOT NULL DEFAULT 0,
      refused integer NOT NULL DEFAULT 0,
      fault text,
      file_name text,
      created_at timestamptz NOT NULL,
      finished_at timestamptz,
      PRIMARY KEY (context_id, operation_id)
    );
    CREATE INDEX operations_by ON operations (context_id, requested_by, operation_id);
    CREATE INDEX operations_age ON operations (created_at);

    CREATE TABLE operation_items (
      context_id uuid NOT NULL,
      operation_id uuid NOT NULL,
      position integer NOT NULL,
      user_id uuid NOT NULL,
      outcome text,
      PRIMARY KEY (context_id, operation_id, position),
      FOREIGN KEY (context_id, operation_id) REFERENCES operations (context_id, operation_id) ON DELETE CASCADE
    );

    CREATE TABLE operation_files (
      context_id uuid NOT NULL,
      operation_id uuid NOT NULL,
      part integer NOT NULL,
      content bytea NOT NULL,
      PRIMARY KEY (context_id, operation_id, part),
      FOREIGN KEY (context_id, operation_id) REFERENCES operations (context_id, operation_id) ON DELETE CASCADE
    );

    ALTER TABLE users ADD COLUMN deleting_since timestamptz;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'ALTER TABLE users DROP COLUMN deleting_since; DROP TABLE operation_files; DROP TABLE operation_items; DROP TABLE operations;',
  );
}
