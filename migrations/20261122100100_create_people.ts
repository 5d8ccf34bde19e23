import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE users (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      user_id uuid NOT NULL,
      email text,
      email_key text,
      email_verified boolean NOT NULL DEFAULT false,
      username text,
      username_key text,
      first_name text NOT NULL,
      last_name text NOT NULL,
      name_key text NOT NULL,
      role text NOT NULL CHECK (role IN ('administrator', 'regular')),
      status text NOT NULL CHECK (status IN ('activated', 'invited', 'deactivated', 'blocked')),
      status_changed_at timestamptz NOT NULL,
      department text,
      locale text,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      version integer NOT NULL DEFAULT 1,
      PRIMARY KEY (context_id, user_id),
      CHECK (email IS NOT NULL OR username IS NOT NULL),
      CHECK (role = 'regular' OR email IS NOT NULL)
    );
    CREATE UNIQUE INDEX users_email ON users (context_id, email_key) WHERE email_key IS NOT NULL;
    CREATE UNIQUE INDEX users_username ON users (context_id, username_key) WHERE username_key IS NOT NULL;
    CREATE INDEX users_name ON users (context_id, name_key, user_id);

    CREATE TABLE passwords (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      hash text NOT NULL,
      must_change boolean NOT NULL,
      temporary_encrypted text,
      changed_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );

    -- No foreign key: names that nobody has are counted like those of people.
    CREATE TABLE sign_in_attempts (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      failed integer NOT NULL,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id)
    );

    CREATE TABLE groups (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      group_id uuid NOT NULL,
      name text NOT NULL,
      name_key text NOT NULL,
      description text NOT NULL DEFAULT '',
      is_everyone boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      version integer NOT NULL DEFAULT 1,
      PRIMARY KEY (context_id, group_id)
    );
    CREATE UNIQUE INDEX groups_name ON groups (context_id, name_key);
    CREATE UNIQUE INDEX groups_everyone ON groups (context_id) WHERE is_everyone;

    CREATE TABLE group_members (
      context_id uuid NOT NULL,
      group_id uuid NOT NULL,
      user_id uuid NOT NULL,
      PRIMARY KEY (context_id, user_id, group_id),
      FOREIGN KEY (context_id, group_id) REFERENCES groups (context_id, group_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX group_members_group ON group_members (context_id, group_id, user_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE group_members; DROP TABLE groups; DROP TABLE sign_in_attempts; DROP TABLE passwords; DROP TABLE users;');
}
