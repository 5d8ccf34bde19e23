import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE sessions (
      context_id uuid NOT NULL,
      session_id uuid NOT NULL,
      token_hash bytea NOT NULL,
      user_id uuid NOT NULL,
      amr text[] NOT NULL,
      authenticated_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL,
      seen_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      ended_at timestamptz,
      end_reason text,
      ip text NOT NULL,
      user_agent text NOT NULL,
      PRIMARY KEY (context_id, session_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE UNIQUE INDEX sessions_token ON sessions (context_id, token_hash);
    CREATE INDEX sessions_user ON sessions (context_id, user_id) WHERE ended_at IS NULL;
    CREATE INDEX sessions_expiry ON sessions (context_id, expires_at);

    CREATE TABLE session_participants (
      context_id uuid NOT NULL,
      session_id uuid NOT NULL,
      application_id uuid NOT NULL,
      protocol text NOT NULL CHECK (protocol IN ('oidc', 'saml')),
      protocol_session text NOT NULL,
      joined_at timestamptz NOT NULL,
      notified_at timestamptz,
      PRIMARY KEY (context_id, session_id, application_id, protocol),
      FOREIGN KEY (context_id, session_id) REFERENCES sessions (context_id, session_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );

    CREATE TABLE pending_requests (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      request_id uuid NOT NULL,
      browser_hash bytea NOT NULL,
      destination jsonb NOT NULL,
      application_id uuid,
      demands jsonb NOT NULL DEFAULT '{}',
      proven jsonb,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, request_id)
    );
    CREATE INDEX pending_requests_expiry ON pending_requests (context_id, expires_at);

    -- No foreign key to contexts: a row here is written several times a sign-in, and lives minutes.
    CREATE TABLE oidc_artifacts (
      context_id uuid NOT NULL,
      kind text NOT NULL,
      id_hash bytea NOT NULL,
      payload jsonb NOT NULL,
      grant_key bytea,
      uid text,
      session_id uuid,
      user_code text,
      account_id uuid,
      consumed_at timestamptz,
      expires_at timestamptz,
      PRIMARY KEY (context_id, kind, id_hash)
    ) WITH (fillfactor = 75); -- room for the one update most rows get
    CREATE INDEX oidc_artifacts_grant ON oidc_artifacts (context_id, grant_key) WHERE grant_key IS NOT NULL;
    CREATE INDEX oidc_artifacts_account ON oidc_artifacts (context_id, account_id) WHERE kind = 'Grant';
    CREATE INDEX oidc_artifacts_uid ON oidc_artifacts (context_id, kind, uid) WHERE uid IS NOT NULL;
    CREATE UNIQUE INDEX oidc_artifacts_user_code ON oidc_artifacts (context_id, user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX oidc_artifacts_expiry ON oidc_artifacts USING brin (expires_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE oidc_artifacts; DROP TABLE pending_requests; DROP TABLE session_participants; DROP TABLE sessions;');
}
