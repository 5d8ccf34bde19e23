import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE certificate_warnings (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      fingerprint text NOT NULL,
      days integer NOT NULL,
      warned_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, fingerprint, days)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE certificate_warnings;');
}
