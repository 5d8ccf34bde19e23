import type { Knex } from 'knex';

/**
 * Which process an agent is connected to, so that one row says that all agents of a process are alive. When administrators were told of a directory.
 * When a directory said no to a person, so that no verifier is kept that another process was making meanwhile.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE agent_processes (
      process_id uuid NOT NULL,
      beat_at timestamptz NOT NULL,
      claimed_at timestamptz,
      PRIMARY KEY (process_id)
    );
    ALTER TABLE directory_agents ADD COLUMN process_id uuid;
    CREATE INDEX directory_agents_process ON directory_agents (process_id) WHERE process_id IS NOT NULL;
    ALTER TABLE directories ADD COLUMN stop_told_at timestamptz, ADD COLUMN away_told_at timestamptz;
    CREATE INDEX directories_away_untold ON directories (unavailable_since)
      WHERE unavailable_since IS NOT NULL AND (away_told_at IS NULL OR away_told_at < unavailable_since);
    CREATE INDEX directories_to_read ON directories (next_read_at) WHERE configured_at IS NOT NULL AND unavailable_since IS NULL;
    CREATE TABLE directory_refusals (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      process_id uuid NOT NULL,
      n integer NOT NULL,
      refused_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id, process_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );
    CREATE INDEX directory_refusals_refused ON directory_refusals (refused_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    `DROP TABLE directory_refusals; DROP INDEX directories_to_read; DROP INDEX directories_away_untold;
     ALTER TABLE directories DROP COLUMN stop_told_at, DROP COLUMN away_told_at;
     DROP INDEX directory_agents_process; ALTER TABLE directory_agents DROP COLUMN process_id; DROP TABLE agent_processes;`,
  );
}
