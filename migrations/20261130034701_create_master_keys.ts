import type { Knex } from 'knex';

/** Which master keys the store was written with, each with a proof that only that key opens; and what fingerprints of before are compared with, once their master key has left the ring. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE master_keys (
      key_id text PRIMARY KEY,
      proof text NOT NULL,
      noted_at timestamptz NOT NULL
    );
    CREATE TABLE former_fingerprint_keys (
      purpose text NOT NULL,
      key_hash bytea NOT NULL,
      key_encrypted text NOT NULL,
      kept_at timestamptz NOT NULL,
      PRIMARY KEY (purpose, key_hash)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE former_fingerprint_keys; DROP TABLE master_keys;');
}
