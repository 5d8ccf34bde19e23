import type { Knex } from 'knex';

/** In which request it was said: the log names each of its lines after it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE traced_exchanges ADD COLUMN http_request text;');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE traced_exchanges DROP COLUMN http_request;');
}
