import type { Knex } from 'knex';

/** A fault of a partner's metadata is kept as the name of its sentence, with what it speaks of; what was kept until now was in English, and is found anew within the hour. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE partner_metadata ADD COLUMN fault_detail text, ADD COLUMN left_out jsonb;
    UPDATE partner_metadata SET fault = NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE partner_metadata DROP COLUMN fault_detail, DROP COLUMN left_out');
}
