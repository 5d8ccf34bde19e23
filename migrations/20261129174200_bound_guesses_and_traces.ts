import type { Knex } from 'knex';

/**
 * How many codes of devices were typed within an hour that there are not, by an address, by a person and by everybody who is not signed in; when a device asked last;
 * and which messages of a trace nobody proved to be the application's.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE code_guesses (
      context_id uuid NOT NULL REFERENCES contexts ON DELETE CASCADE,
      holder text NOT NULL,
      n integer NOT NULL,
      since timestamptz NOT NULL,
      PRIMARY KEY (context_id, holder)
    );
    ALTER TABLE traced_exchanges ADD COLUMN is_proven boolean NOT NULL DEFAULT true;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE traced_exchanges DROP COLUMN is_proven; DROP TABLE code_guesses');
}
