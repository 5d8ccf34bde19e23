import type { Knex } from 'knex';

/** Which of the counted attempts nobody has evaluated yet: they may be given back, and block nobody until then. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sign_in_attempts ADD COLUMN pending integer NOT NULL DEFAULT 0;
    ALTER TABLE known_browsers ADD COLUMN pending integer NOT NULL DEFAULT 0;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sign_in_attempts DROP COLUMN pending;
    ALTER TABLE known_browsers DROP COLUMN pending;
  `);
}
