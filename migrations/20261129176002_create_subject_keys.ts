import type { Knex } from 'knex';

/** The secret that a company's pairwise subjects are made with. It never changes: another one would make every person a new one to every such application. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE subject_keys (
      context_id uuid PRIMARY KEY REFERENCES contexts (context_id),
      key_encrypted text NOT NULL,
      created_at timestamptz NOT NULL
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE subject_keys;');
}
