import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE second_factors (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      factor_id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('totp', 'passkey')),
      name text NOT NULL,
      created_at timestamptz NOT NULL,
      last_used_at timestamptz,
      -- of an authenticator app: its secret, and the last time step that was accepted (RFC 6238 §5.2: each once)
      secret_encrypted text,
      last_step bigint,
      -- of a passkey (WebAuthn Level 3 §4, credential record)
      credential_id text,
      public_key bytea,
      sign_count bigint,
      transports text[],
      is_backed_up boolean,
      PRIMARY KEY (context_id, user_id, factor_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE UNIQUE INDEX second_factors_credential ON second_factors (context_id, credential_id) WHERE credential_id IS NOT NULL;

    CREATE TABLE recovery_codes (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      code_hash bytea NOT NULL,
      created_at timestamptz NOT NULL,
      used_at timestamptz,
      PRIMARY KEY (context_id, user_id, code_hash),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );

    -- Browsers in which a person has signed in: each has a count of failed attempts of its own, and may be remembered instead of a second factor.
    CREATE TABLE known_browsers (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      browser_hash bytea NOT NULL,
      user_agent text NOT NULL,
      first_at timestamptz NOT NULL,
      last_at timestamptz NOT NULL,
      remembered_until timestamptz,
      failed integer NOT NULL DEFAULT 0,
      failed_at timestamptz,
      PRIMARY KEY (context_id, user_id, browser_hash),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX known_browsers_age ON known_browsers (last_at);

    CREATE TABLE password_history (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      hash text NOT NULL,
      replaced_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id, hash),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE password_history; DROP TABLE known_browsers; DROP TABLE recovery_codes; DROP TABLE second_factors;');
}
