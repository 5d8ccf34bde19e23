import type { Knex } from 'knex';

/**
 * Whether somebody has signed in with everything that the person has to prove: only such a browser has a count of attempts of its own. With the password alone anybody could make
 * new ones and guess the second factor in each. Of the browsers known so far only those of people without a second factor are sure to be the owner's; others show it by their next sign-in.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE known_browsers ADD COLUMN is_proven boolean NOT NULL DEFAULT false;
    UPDATE known_browsers b SET is_proven = true
      WHERE NOT EXISTS (SELECT 1 FROM second_factors f WHERE f.context_id = b.context_id AND f.user_id = b.user_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE known_browsers DROP COLUMN is_proven');
}
