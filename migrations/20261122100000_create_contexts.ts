import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE contexts (
      context_id uuid PRIMARY KEY,
      code text NOT NULL CHECK (code ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9]){0,1}$'),
      name text NOT NULL,
      environment text NOT NULL CHECK (environment IN ('production', 'approval')),
      paired_context_id uuid REFERENCES contexts (context_id),
      address text,
      created_at timestamptz NOT NULL,
      version integer NOT NULL DEFAULT 1
    );
    CREATE UNIQUE INDEX contexts_code ON contexts (code);
    CREATE UNIQUE INDEX contexts_address ON contexts (address) WHERE address IS NOT NULL;

    CREATE TABLE signing_keys (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      kid text NOT NULL,
      alg text NOT NULL CHECK (alg IN ('ES256', 'RS256')),
      status text NOT NULL CHECK (status IN ('published', 'signing', 'retired')),
      public_jwk jsonb NOT NULL,
      private_jwk_encrypted text NOT NULL,
      created_at timestamptz NOT NULL,
      signing_since timestamptz,
      retired_at timestamptz,
      PRIMARY KEY (context_id, kid)
    );
    CREATE UNIQUE INDEX signing_keys_one_signing ON signing_keys (context_id, alg) WHERE status = 'signing';

    CREATE TABLE audit_events (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      event_id uuid NOT NULL,
      at timestamptz NOT NULL,
      type text NOT NULL,
      outcome text NOT NULL CHECK (outcome IN ('success', 'failure')),
      actor jsonb NOT NULL,
      actor_id uuid,
      subject_kind text,
      subject_id uuid,
      subject_name text,
      application_id uuid,
      reason text,
      support_code text,
      details jsonb NOT NULL DEFAULT '{}',
      PRIMARY KEY (context_id, event_id)
    );
    CREATE INDEX audit_events_type ON audit_events (context_id, type, event_id);
    CREATE INDEX audit_events_subject ON audit_events (context_id, subject_id, event_id);
    CREATE INDEX audit_events_actor ON audit_events (context_id, actor_id, event_id);
    CREATE INDEX audit_events_support_code ON audit_events (context_id, support_code) WHERE support_code IS NOT NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE audit_events; DROP TABLE signing_keys; DROP TABLE contexts;');
}
