import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE terms_editions (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      edition integer NOT NULL,
      texts jsonb NOT NULL,
      published_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, edition)
    );

    CREATE TABLE terms_acceptances (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      edition integer NOT NULL,
      accepted_at timestamptz NOT NULL,
      locale text NOT NULL,
      ip text NOT NULL,
      PRIMARY KEY (context_id, user_id, edition),
      FOREIGN KEY (context_id, edition) REFERENCES terms_editions (context_id, edition),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX terms_acceptances_edition ON terms_acceptances (context_id, edition, user_id);

    -- The latest that the person accepted, where every page reads it with the session.
    ALTER TABLE users ADD COLUMN terms_edition integer;

    CREATE TABLE application_consents (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      application_id uuid NOT NULL,
      scopes text[] NOT NULL,
      given_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id, application_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );

    CREATE TABLE application_uses (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      application_id uuid NOT NULL,
      last_used_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id, application_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE application_uses;
    DROP TABLE application_consents;
    ALTER TABLE users DROP COLUMN terms_edition;
    DROP TABLE terms_acceptances;
    DROP TABLE terms_editions;
  `);
}
