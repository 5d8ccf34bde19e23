import type { Knex } from 'knex';

/** A person's own picture, drawn anew from what they sent. It goes with the person. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE user_photos (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      content_type text NOT NULL CHECK (content_type IN ('image/png', 'image/jpeg', 'image/webp')),
      content bytea NOT NULL CHECK (octet_length(content) <= 1048576),
      etag text NOT NULL,
      PRIMARY KEY (context_id, user_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE user_photos');
}
