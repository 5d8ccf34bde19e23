import type { Knex } from 'knex';

/** When each person last signed in, for lists to show and to sort by; those from before are known by their browsers. And people in the order of what they sign in with. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE last_sign_ins (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    INSERT INTO last_sign_ins (context_id, user_id, at) SELECT context_id, user_id, max(last_at) FROM known_browsers GROUP BY context_id, user_id;
    CREATE INDEX last_sign_ins_at ON last_sign_ins (context_id, at, user_id);
    CREATE INDEX users_login ON users (context_id, (COALESCE(email_key, username_key)), user_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX users_login; DROP TABLE last_sign_ins;');
}
