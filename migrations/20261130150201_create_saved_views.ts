import type { Knex } from 'knex';

/** Lists as somebody wants to see them again: a name and the address, of one administrator or of all. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE saved_views (
      context_id uuid NOT NULL REFERENCES contexts,
      view_id uuid NOT NULL,
      owner_id uuid,
      name text NOT NULL,
      query text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, view_id),
      FOREIGN KEY (context_id, owner_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX saved_views_owner ON saved_views (context_id, owner_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE saved_views');
}
