import type { Knex } from 'knex';

/** When a client proved itself last with which of its secrets: whether the former one can end. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE client_secret_uses (
      context_id uuid NOT NULL,
      application_id uuid NOT NULL,
      fingerprint text NOT NULL,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, application_id, fingerprint),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE client_secret_uses');
}
