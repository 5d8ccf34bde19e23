import type { Knex } from 'knex';

/** What a company protects with tokens: APIs, their scopes, who is granted which, and which applications may ask. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE apis (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      api_id uuid NOT NULL,
      identifier text NOT NULL,
      name text NOT NULL,
      name_key text NOT NULL,
      token_format text NOT NULL CHECK (token_format IN ('jwt', 'opaque')),
      signing_alg text NOT NULL CHECK (signing_alg IN ('RS256', 'ES256')),
      access_token_seconds integer NOT NULL,
      scopes_claim text NOT NULL CHECK (scopes_claim IN ('none', 'roles', 'permissions')),
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, api_id),
      CONSTRAINT apis_identifier UNIQUE (context_id, identifier)
    );
    CREATE TABLE api_scopes (
      context_id uuid NOT NULL,
      api_id uuid NOT NULL,
      name text NOT NULL,
      position integer NOT NULL,
      texts jsonb NOT NULL,
      PRIMARY KEY (context_id, api_id, name),
      FOREIGN KEY (context_id, api_id) REFERENCES apis (context_id, api_id) ON DELETE CASCADE
    );
    CREATE TABLE api_scope_users (
      context_id uuid NOT NULL,
      api_id uuid NOT NULL,
      scope text NOT NULL,
      user_id uuid NOT NULL,
      PRIMARY KEY (context_id, user_id, api_id, scope),
      FOREIGN KEY (context_id, api_id, scope) REFERENCES api_scopes (context_id, api_id, name) ON DELETE CASCADE,
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX api_scope_users_scope ON api_scope_users (context_id, api_id, scope);
    CREATE TABLE api_scope_groups (
      context_id uuid NOT NULL,
      api_id uuid NOT NULL,
      scope text NOT NULL,
      group_id uuid NOT NULL,
      PRIMARY KEY (context_id, api_id, scope, group_id),
      FOREIGN KEY (context_id, api_id, scope) REFERENCES api_scopes (context_id, api_id, name) ON DELETE CASCADE,
      FOREIGN KEY (context_id, group_id) REFERENCES groups (context_id, group_id) ON DELETE CASCADE
    );
    CREATE INDEX api_scope_groups_group ON api_scope_groups (context_id, group_id);
    CREATE TABLE api_applications (
      context_id uuid NOT NULL,
      api_id uuid NOT NULL,
      application_id uuid NOT NULL,
      scopes text[] NOT NULL,
      own_scopes text[] NOT NULL,
      is_resource_server boolean NOT NULL,
      PRIMARY KEY (context_id, api_id, application_id),
      FOREIGN KEY (context_id, api_id) REFERENCES apis (context_id, api_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );
    CREATE INDEX api_applications_application ON api_applications (context_id, application_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'DROP TABLE api_applications; DROP TABLE api_scope_groups; DROP TABLE api_scope_users; DROP TABLE api_scopes; DROP TABLE apis;',
  );
}
