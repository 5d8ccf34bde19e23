import type { Knex } from 'knex';

/**
 * What was refused to somebody who proved nothing: counted by the hour, so that the audit says it in two events and not in a thousand. One row for each kind,
 * application (or person) and reason; `sources` has how often the first few addresses came;
 * `last_details` says what came last, and of people nothing.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE refusal_counts (
      context_id uuid NOT NULL REFERENCES contexts ON DELETE CASCADE,
      hour timestamptz NOT NULL,
      fold_key bytea NOT NULL,
      type text NOT NULL,
      reason text NOT NULL,
      application_id uuid,
      user_id uuid,
      event_id uuid NOT NULL,
      support_code text,
      n bigint NOT NULL,
      first_at timestamptz NOT NULL,
      last_at timestamptz NOT NULL,
      last_source text NOT NULL,
      last_details jsonb NOT NULL,
      sources jsonb NOT NULL,
      closed_at timestamptz,
      PRIMARY KEY (context_id, hour, fold_key),
      FOREIGN KEY (context_id, user_id) REFERENCES users ON DELETE CASCADE
    );
    CREATE INDEX refusal_counts_open ON refusal_counts (hour) WHERE closed_at IS NULL;
    CREATE INDEX refusal_counts_user ON refusal_counts (context_id, user_id) WHERE user_id IS NOT NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE refusal_counts');
}
