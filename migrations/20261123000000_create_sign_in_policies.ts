import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE sign_in_policies (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      rules jsonb NOT NULL,
      -- a risky change stands on trial: after reverts_at the rules before it hold again, unless somebody confirmed it
      rules_before jsonb,
      reverts_at timestamptz,
      version integer NOT NULL DEFAULT 1,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (context_id)
    );

    -- what was in force when the person signed in; the company's own limit may have become stricter since
    ALTER TABLE sessions ADD COLUMN idle_seconds integer NOT NULL DEFAULT 7200, ADD COLUMN is_kept boolean NOT NULL DEFAULT false;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE sessions DROP COLUMN idle_seconds, DROP COLUMN is_kept; DROP TABLE sign_in_policies;');
}
