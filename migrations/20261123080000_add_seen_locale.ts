import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The language of the pages on which the person last signed in: that of mails, until the person chooses one.
    ALTER TABLE users ADD COLUMN seen_locale text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE users DROP COLUMN seen_locale;');
}
