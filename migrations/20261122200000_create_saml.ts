import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE contexts ADD COLUMN saml_entity_id text;
    ALTER TABLE applications ADD COLUMN saml jsonb, ADD COLUMN saml_entity_id text;
    CREATE UNIQUE INDEX applications_saml_entity_id ON applications (context_id, saml_entity_id) WHERE saml_entity_id IS NOT NULL;

    CREATE TABLE saml_certificates (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      fingerprint text NOT NULL,
      alg text NOT NULL CHECK (alg IN ('RS256', 'ES256')),
      status text NOT NULL CHECK (status IN ('published', 'signing', 'retired')),
      certificate text NOT NULL,
      private_key_encrypted text NOT NULL,
      not_after timestamptz NOT NULL,
      created_at timestamptz NOT NULL,
      signing_since timestamptz,
      retired_at timestamptz,
      PRIMARY KEY (context_id, fingerprint)
    );
    CREATE UNIQUE INDEX saml_certificates_one_signing ON saml_certificates (context_id, alg) WHERE status = 'signing';

    CREATE TABLE certificate_uses (
      context_id uuid NOT NULL,
      application_id uuid NOT NULL,
      owner text NOT NULL CHECK (owner IN ('ours', 'theirs')),
      fingerprint text NOT NULL,
      last_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, application_id, owner, fingerprint),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );

    CREATE TABLE persistent_name_ids (
      context_id uuid NOT NULL,
      application_id uuid NOT NULL,
      user_id uuid NOT NULL,
      name_id text NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, application_id, user_id),
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );

    ALTER TABLE session_participants ADD COLUMN name_ids jsonb NOT NULL DEFAULT '[]';
    CREATE INDEX session_participants_name_ids ON session_participants USING gin (name_ids jsonb_path_ops) WHERE protocol = 'saml';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE session_participants DROP COLUMN name_ids;
    DROP TABLE persistent_name_ids;
    DROP TABLE certificate_uses;
    DROP TABLE saml_certificates;
    ALTER TABLE applications DROP COLUMN saml_entity_id, DROP COLUMN saml;
    ALTER TABLE contexts DROP COLUMN saml_entity_id;
  `);
}
