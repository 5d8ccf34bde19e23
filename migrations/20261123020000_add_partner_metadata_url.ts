import type { Knex } from 'knex';

/** Where a finding came from: it is worth nothing once the administrator names another address. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE partner_metadata ADD COLUMN url text;');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE partner_metadata DROP COLUMN url;');
}
