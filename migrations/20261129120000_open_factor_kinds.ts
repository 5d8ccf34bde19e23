import type { Knex } from 'knex';

/** The code has the list of second factors. A second list here would make each new one a migration. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE second_factors DROP CONSTRAINT second_factors_kind_check');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DELETE FROM second_factors WHERE kind NOT IN ('totp', 'passkey');
    ALTER TABLE second_factors ADD CONSTRAINT second_factors_kind_check CHECK (kind IN ('totp', 'passkey'));
  `);
}
