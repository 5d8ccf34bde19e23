import type { Knex } from 'knex';

/**
 * What a page could not do, under the support code that the person was shown. One row an hour for each fault, page and person: strangers cannot make it grow.
 * `facts` never holds what a caller chose; what is said of a person goes with them.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE page_failures (
      context_id uuid NOT NULL REFERENCES contexts ON DELETE CASCADE,
      support_code text NOT NULL,
      hour timestamptz NOT NULL,
      fold_key bytea NOT NULL,
      code text NOT NULL,
      status integer NOT NULL,
      page text NOT NULL,
      user_id uuid,
      application_id uuid,
      facts jsonb NOT NULL,
      n bigint NOT NULL,
      first_at timestamptz NOT NULL,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, support_code),
      UNIQUE (context_id, hour, fold_key),
      FOREIGN KEY (context_id, user_id) REFERENCES users ON DELETE CASCADE
    );
    CREATE INDEX page_failures_old ON page_failures (hour);
    CREATE INDEX page_failures_user ON page_failures (context_id, user_id) WHERE user_id IS NOT NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE page_failures');
}
