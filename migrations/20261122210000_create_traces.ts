import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE applications ADD COLUMN trace_until timestamptz;

    CREATE TABLE traced_exchanges (
      context_id uuid NOT NULL,
      exchange_id uuid NOT NULL,
      application_id uuid NOT NULL,
      at timestamptz NOT NULL,
      protocol text NOT NULL CHECK (protocol IN ('oidc', 'saml')),
      direction text NOT NULL CHECK (direction IN ('received', 'sent')),
      name text NOT NULL,
      reason text,
      content text NOT NULL,
      PRIMARY KEY (context_id, exchange_id),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );
    CREATE INDEX traced_exchanges_application ON traced_exchanges (context_id, application_id, exchange_id);
    CREATE INDEX traced_exchanges_at ON traced_exchanges USING brin (at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE traced_exchanges; ALTER TABLE applications DROP COLUMN trace_until;');
}
