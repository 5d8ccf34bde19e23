import type { Knex } from 'knex';

/** What a company's SAML metadata is signed with: one key, which no rollover of the others moves. Made when it is first needed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE metadata_certificates (
      context_id uuid PRIMARY KEY REFERENCES contexts (context_id),
      fingerprint text NOT NULL,
      certificate text NOT NULL,
      private_key_encrypted text NOT NULL,
      not_after timestamptz NOT NULL,
      created_at timestamptz NOT NULL
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE metadata_certificates');
}
