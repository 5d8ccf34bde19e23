import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A link may be of somebody who is not yet a person here: then it is known by the address it was mailed to.
    ALTER TABLE one_time_links ALTER COLUMN user_id DROP NOT NULL;
    ALTER TABLE one_time_links ADD COLUMN address_key text;
    ALTER TABLE one_time_links ADD COLUMN payload jsonb NOT NULL DEFAULT '{}';
    ALTER TABLE one_time_links ADD CONSTRAINT one_time_links_owner CHECK (user_id IS NOT NULL OR address_key IS NOT NULL);
    CREATE INDEX one_time_links_address ON one_time_links (context_id, address_key, kind) WHERE address_key IS NOT NULL;

    ALTER TABLE users ADD COLUMN recovery_email text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE users DROP COLUMN recovery_email;
    DROP INDEX one_time_links_address;
    ALTER TABLE one_time_links DROP CONSTRAINT one_time_links_owner;
    DELETE FROM one_time_links WHERE user_id IS NULL;
    ALTER TABLE one_time_links DROP COLUMN payload;
    ALTER TABLE one_time_links DROP COLUMN address_key;
    ALTER TABLE one_time_links ALTER COLUMN user_id SET NOT NULL;
  `);
}
