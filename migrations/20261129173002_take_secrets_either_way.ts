import type { Knex } from 'knex';

/** Until now a client's secret was taken by Basic and in the body, whichever its application named: those that are there go on so. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    UPDATE applications SET oidc = jsonb_set(oidc, '{token_endpoint_auth_method}', '"any"')
    WHERE oidc ->> 'token_endpoint_auth_method' IN ('client_secret_basic', 'client_secret_post')
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    UPDATE applications SET oidc = jsonb_set(oidc, '{token_endpoint_auth_method}', '"client_secret_basic"')
    WHERE oidc ->> 'token_endpoint_auth_method' = 'any'
  `);
}
