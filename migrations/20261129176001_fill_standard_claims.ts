import type { Knex } from 'knex';

/** A company's own field may fill a standard claim of OpenID Connect, such as phone_number: each claim has one field. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE custom_fields ADD COLUMN claim text;
    CREATE UNIQUE INDEX custom_fields_claim ON custom_fields (context_id, claim) WHERE claim IS NOT NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE custom_fields DROP COLUMN claim;');
}
