import type { Knex } from 'knex';

/** A traced message that was refused before anybody knew whose it is: the name that it gave itself. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE traced_exchanges ADD COLUMN claimed_issuer text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE traced_exchanges DROP COLUMN claimed_issuer');
}
