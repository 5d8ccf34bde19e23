import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE applications (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      application_id uuid NOT NULL,
      code text NOT NULL CHECK (code ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9]){0,1}$'),
      name text NOT NULL,
      name_key text NOT NULL,
      description text NOT NULL DEFAULT '',
      category text NOT NULL DEFAULT '',
      catalogue_entry text,
      enabled boolean NOT NULL DEFAULT true,
      navigable boolean NOT NULL DEFAULT false,
      launch_url text,
      oidc jsonb,
      oidc_client_id text,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      version integer NOT NULL DEFAULT 1,
      PRIMARY KEY (context_id, application_id)
    );
    CREATE UNIQUE INDEX applications_code ON applications (context_id, code);
    CREATE UNIQUE INDEX applications_oidc_client_id ON applications (context_id, oidc_client_id) WHERE oidc_client_id IS NOT NULL;
    CREATE INDEX applications_name ON applications (context_id, name_key, application_id);

    CREATE TABLE application_logos (
      context_id uuid NOT NULL,
      application_id uuid NOT NULL,
      content_type text NOT NULL CHECK (content_type IN ('image/png', 'image/jpeg', 'image/webp')),
      content bytea NOT NULL CHECK (octet_length(content) <= 1048576),
      etag text NOT NULL,
      PRIMARY KEY (context_id, application_id),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );

    CREATE TABLE application_users (
      context_id uuid NOT NULL,
      application_id uuid NOT NULL,
      user_id uuid NOT NULL,
      PRIMARY KEY (context_id, user_id, application_id),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX application_users_application ON application_users (context_id, application_id, user_id);

    CREATE TABLE application_groups (
      context_id uuid NOT NULL,
      application_id uuid NOT NULL,
      group_id uuid NOT NULL,
      PRIMARY KEY (context_id, application_id, group_id),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, group_id) REFERENCES groups (context_id, group_id) ON DELETE CASCADE
    );
    CREATE INDEX application_groups_group ON application_groups (context_id, group_id, application_id);

    CREATE TABLE launchpad_entries (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      application_id uuid NOT NULL,
      is_favourite boolean NOT NULL DEFAULT false,
      added_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id, application_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'DROP TABLE launchpad_entries; DROP TABLE application_groups; DROP TABLE application_users; DROP TABLE application_logos; DROP TABLE applications;',
  );
}
