import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE one_time_links (
      context_id uuid NOT NULL,
      link_id uuid NOT NULL,
      kind text NOT NULL,
      user_id uuid NOT NULL,
      token_hash bytea NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      ended_at timestamptz,
      PRIMARY KEY (context_id, link_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE UNIQUE INDEX one_time_links_token ON one_time_links (context_id, token_hash);
    CREATE INDEX one_time_links_user ON one_time_links (context_id, user_id, kind);
    CREATE INDEX one_time_links_expiry ON one_time_links (expires_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE one_time_links;');
}
