import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  // an operator may have made it before, in another schema
  const { rows } = await knex.raw(
    `SELECT quote_ident(n.nspname) || '.gin_trgm_ops' AS ops FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'`,
  );
  const { ops } = rows[0];
  await knex.raw(`
    -- names are folded, and ordered alike on every machine; what begins with a text is a range
    ALTER TABLE users ALTER COLUMN name_key TYPE text COLLATE "C", ALTER COLUMN email_key TYPE text COLLATE "C", ALTER COLUMN username_key TYPE text COLLATE "C";
    CREATE INDEX users_search ON users USING gin (name_key ${ops}, email_key ${ops}, username_key ${ops});
    -- a list in order of names is read from the index alone, whatever it filters by
    DROP INDEX users_name;
    CREATE INDEX users_name ON users (context_id, name_key, user_id) INCLUDE (role, status, email_key, username_key);
    CREATE INDEX users_status ON users (context_id, status, name_key, user_id);
    CREATE INDEX users_role ON users (context_id, role, name_key, user_id);

    -- how many people of each type and status there are: changes are added up, so that nobody waits for a row that all would change
    CREATE TABLE user_counts (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      entry_id bigint GENERATED ALWAYS AS IDENTITY,
      role text NOT NULL,
      status text NOT NULL,
      n bigint NOT NULL,
      PRIMARY KEY (context_id, entry_id)
    );
    INSERT INTO user_counts (context_id, role, status, n) SELECT context_id, role, status, count(*) FROM users GROUP BY context_id, role, status;

    CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO user_counts (context_id, role, status, n) SELECT context_id, role, status, count(*) FROM after GROUP BY context_id, role, status;
      ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO user_counts (context_id, role, status, n) SELECT context_id, role, status, -count(*) FROM before GROUP BY context_id, role, status;
      ELSE
        INSERT INTO user_counts (context_id, role, status, n)
          SELECT context_id, role, status, sum(n) FROM (
            SELECT context_id, role, status, 1 AS n FROM after UNION ALL SELECT context_id, role, status, -1 FROM before
          ) AS changes GROUP BY context_id, role, status HAVING sum(n) <> 0;
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER users_counted_in AFTER INSERT ON users REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_users();
    CREATE TRIGGER users_counted_out AFTER DELETE ON users REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION count_users();
    CREATE TRIGGER users_counted_on AFTER UPDATE ON users REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_users();

    CREATE INDEX application_uses_last ON application_uses (context_id, application_id, last_used_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER users_counted_in ON users;
    DROP TRIGGER users_counted_out ON users;
    DROP TRIGGER users_counted_on ON users;
    DROP FUNCTION count_users();
    DROP TABLE user_counts;
    DROP INDEX users_name;
    CREATE INDEX users_name ON users (context_id, name_key, user_id);
    ALTER TABLE users ALTER COLUMN name_key TYPE text, ALTER COLUMN email_key TYPE text, ALTER COLUMN username_key TYPE text;
    DROP INDEX users_search, users_status, users_role, application_uses_last;
  `);
}
