import type { Knex } from 'knex';

/** How often somebody at an address, in a network, or in a person's own browser was wrong or asked for a mail, of each kind within its window. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE address_counts (
      context_id uuid NOT NULL REFERENCES contexts ON DELETE CASCADE,
      kind text NOT NULL,
      holder text NOT NULL,
      n integer NOT NULL,
      since timestamptz NOT NULL,
      PRIMARY KEY (context_id, kind, holder)
    );
    CREATE INDEX address_counts_since ON address_counts (since);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE address_counts');
}
