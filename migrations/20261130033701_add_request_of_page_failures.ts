import type { Knex } from 'knex';

/** The newest request that failed so: the log names each of its lines after it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE page_failures ADD COLUMN http_request text;');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE page_failures DROP COLUMN http_request;');
}
