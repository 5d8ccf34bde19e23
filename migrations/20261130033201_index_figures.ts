import type { Knex } from 'knex';

/** What the figures of health look up over all companies is found by an index, and not by reading every row. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX directories_away ON directories (unavailable_since) WHERE configured_at IS NOT NULL AND unavailable_since IS NOT NULL;
    CREATE INDEX directories_unconfigured ON directories (created_at) WHERE configured_at IS NULL;
    CREATE INDEX saml_certificates_end ON saml_certificates (not_after) WHERE status <> 'retired';
    CREATE INDEX applications_secret_end ON applications (((oidc ->> 'client_secret_expires_at')::numeric))
      WHERE enabled AND (oidc ->> 'client_secret_expires_at')::numeric > 0;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX directories_away, directories_unconfigured, saml_certificates_end, applications_secret_end');
}
