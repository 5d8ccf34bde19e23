import type { Knex } from 'knex';

/** Directories of a company, the agents beside them, what is asked of them, and what was imported from them (decision 0019). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE directories (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      directory_id uuid NOT NULL,
      name text NOT NULL,
      name_key text NOT NULL,
      kind text,
      settings jsonb NOT NULL,
      root_dn text,
      account_domain text,
      token_hash text,
      token_made_at timestamptz,
      settings_changed_at timestamptz NOT NULL,
      configured_at timestamptz,
      unavailable_since timestamptz,
      unavailable_reason text,
      read_cursor text,
      next_read_at timestamptz,
      next_whole_read_at timestamptz,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, directory_id),
      CONSTRAINT directories_name UNIQUE (context_id, name_key)
    );
    CREATE TABLE directory_agents (
      context_id uuid NOT NULL,
      directory_id uuid NOT NULL,
      agent_id uuid NOT NULL,
      name text NOT NULL,
      software text NOT NULL,
      signing_key jsonb NOT NULL,
      encryption_key jsonb NOT NULL,
      status jsonb,
      enrolled_at timestamptz NOT NULL,
      last_seen_at timestamptz,
      revoked_at timestamptz,
      PRIMARY KEY (context_id, agent_id),
      FOREIGN KEY (context_id, directory_id) REFERENCES directories (context_id, directory_id) ON DELETE CASCADE
    );
    CREATE INDEX directory_agents_directory ON directory_agents (context_id, directory_id);
    CREATE UNLOGGED TABLE directory_requests (
      context_id uuid NOT NULL,
      directory_request_id uuid NOT NULL,
      directory_id uuid NOT NULL,
      kind text NOT NULL,
      body jsonb NOT NULL,
      created_at timestamptz NOT NULL,
      deadline_at timestamptz NOT NULL,
      wanted_until timestamptz NOT NULL,
      agent_id uuid,
      lease_until timestamptz,
      tries integer NOT NULL DEFAULT 0,
      answered_at timestamptz,
      answer jsonb,
      PRIMARY KEY (context_id, directory_request_id)
    );
    CREATE INDEX directory_requests_open ON directory_requests (context_id, directory_id, created_at) WHERE answered_at IS NULL;
    CREATE INDEX directory_requests_wanted ON directory_requests (wanted_until);
    CREATE TABLE directory_entries (
      context_id uuid NOT NULL,
      directory_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('person', 'group')),
      dn text NOT NULL,
      dn_key text NOT NULL,
      name text NOT NULL,
      name_key text NOT NULL,
      search_key text NOT NULL,
      login text,
      attributes jsonb NOT NULL,
      is_enabled boolean NOT NULL,
      sid text,
      primary_group text,
      content_hash text NOT NULL,
      state text NOT NULL CHECK (state IN ('pending', 'accepted', 'rejected')),
      reason text,
      is_gone boolean NOT NULL DEFAULT false,
      user_id uuid,
      group_id uuid,
      deactivated_at timestamptz,
      last_change jsonb,
      wanted_enabled boolean,
      write_tried_at timestamptz,
      write_fault text,
      changed_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, directory_id, entry_id),
      FOREIGN KEY (context_id, directory_id) REFERENCES directories (context_id, directory_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE SET NULL (user_id),
      FOREIGN KEY (context_id, group_id) REFERENCES groups (context_id, group_id) ON DELETE SET NULL (group_id)
    );
    CREATE UNIQUE INDEX directory_entries_user ON directory_entries (context_id, user_id) WHERE user_id IS NOT NULL;
    CREATE UNIQUE INDEX directory_entries_group ON directory_entries (context_id, group_id) WHERE group_id IS NOT NULL;
    CREATE INDEX directory_entries_wanted ON directory_entries (context_id, user_id) WHERE wanted_enabled IS NOT NULL;
    CREATE INDEX directory_entries_state ON directory_entries (context_id, directory_id, state, kind, name_key, entry_id);
    CREATE INDEX directory_entries_reason ON directory_entries (context_id, directory_id, reason, name_key, entry_id) WHERE reason IS NOT NULL;
    CREATE INDEX directory_entries_dn ON directory_entries (context_id, directory_id, dn_key);
    CREATE INDEX directory_entries_sid ON directory_entries (context_id, directory_id, sid) WHERE sid IS NOT NULL;
    CREATE INDEX directory_entries_primary_group ON directory_entries (context_id, directory_id, primary_group) WHERE primary_group IS NOT NULL;
    CREATE TABLE directory_members (
      context_id uuid NOT NULL,
      directory_id uuid NOT NULL,
      group_entry_id uuid NOT NULL,
      member_entry_id uuid NOT NULL,
      PRIMARY KEY (context_id, directory_id, group_entry_id, member_entry_id),
      FOREIGN KEY (context_id, directory_id, group_entry_id) REFERENCES directory_entries (context_id, directory_id, entry_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, directory_id, member_entry_id) REFERENCES directory_entries (context_id, directory_id, entry_id) ON DELETE CASCADE
    );
    CREATE INDEX directory_members_member ON directory_members (context_id, directory_id, member_entry_id);
    CREATE TABLE directory_runs (
      context_id uuid NOT NULL,
      run_id uuid NOT NULL,
      directory_id uuid NOT NULL,
      purpose text NOT NULL CHECK (purpose IN ('sync', 'preview', 'undo')),
      is_whole boolean NOT NULL DEFAULT false,
      state text NOT NULL CHECK (state IN ('reading', 'planning', 'stopped', 'waiting', 'applying', 'done', 'failed', 'declined')),
      actor jsonb NOT NULL,
      directory_request_id uuid,
      tries integer NOT NULL DEFAULT 0,
      undoes_run_id uuid,
      undone_by_run_id uuid,
      way text,
      cursor_after text,
      counts jsonb NOT NULL,
      stop_reason text,
      fault text,
      fault_detail text,
      done integer NOT NULL DEFAULT 0,
      total integer NOT NULL DEFAULT 0,
      batches integer NOT NULL DEFAULT 0,
      started_at timestamptz NOT NULL,
      read_at timestamptz,
      finished_at timestamptz,
      PRIMARY KEY (context_id, run_id),
      FOREIGN KEY (context_id, directory_id) REFERENCES directories (context_id, directory_id) ON DELETE CASCADE
    );
    CREATE INDEX directory_runs_directory ON directory_runs (context_id, directory_id, started_at);
    CREATE UNIQUE INDEX directory_runs_open ON directory_runs (context_id, directory_id) WHERE finished_at IS NULL;
    CREATE TABLE directory_staged (
      context_id uuid NOT NULL,
      run_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('person', 'group', 'gone', 'unusable')),
      record jsonb NOT NULL,
      dn_key text,
      content_hash text,
      PRIMARY KEY (context_id, run_id, entry_id),
      FOREIGN KEY (context_id, run_id) REFERENCES directory_runs (context_id, run_id) ON DELETE CASCADE
    );
    CREATE INDEX directory_staged_dn ON directory_staged (context_id, run_id, dn_key);
    CREATE TABLE directory_staged_members (
      context_id uuid NOT NULL,
      run_id uuid NOT NULL,
      group_entry_id uuid NOT NULL,
      member_key text NOT NULL,
      PRIMARY KEY (context_id, run_id, group_entry_id, member_key),
      FOREIGN KEY (context_id, run_id) REFERENCES directory_runs (context_id, run_id) ON DELETE CASCADE
    );
    CREATE TABLE directory_changes (
      context_id uuid NOT NULL,
      run_id uuid NOT NULL,
      position integer NOT NULL,
      change text NOT NULL,
      directory_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      name text NOT NULL,
      member_entry_id uuid,
      member_name text,
      before jsonb,
      after jsonb,
      kept jsonb,
      state text NOT NULL CHECK (state IN ('planned', 'done', 'refused', 'passed-over')),
      fault text,
      PRIMARY KEY (context_id, run_id, position),
      FOREIGN KEY (context_id, run_id) REFERENCES directory_runs (context_id, run_id) ON DELETE CASCADE
    );
    CREATE INDEX directory_changes_planned ON directory_changes (context_id, run_id, position) WHERE state = 'planned';
    CREATE INDEX directory_changes_change ON directory_changes (context_id, run_id, change, position);
    CREATE INDEX directory_changes_entry ON directory_changes (context_id, directory_id, entry_id);
    CREATE INDEX directory_changes_member ON directory_changes (context_id, directory_id, member_entry_id) WHERE member_entry_id IS NOT NULL;
    ALTER TABLE sessions ADD COLUMN is_directory_away boolean NOT NULL DEFAULT false;
    CREATE INDEX sessions_directory_away ON sessions (context_id, authenticated_at) WHERE is_directory_away;
    CREATE TABLE directory_verifiers (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      directory_id uuid NOT NULL,
      hash text NOT NULL,
      proven_at timestamptz NOT NULL,
      PRIMARY KEY (context_id, user_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, directory_id) REFERENCES directories (context_id, directory_id) ON DELETE CASCADE
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    `ALTER TABLE sessions DROP COLUMN is_directory_away;
     DROP TABLE directory_verifiers; DROP TABLE directory_changes; DROP TABLE directory_staged_members; DROP TABLE directory_staged; DROP TABLE directory_runs;
     DROP TABLE directory_members; DROP TABLE directory_entries; DROP TABLE directory_requests; DROP TABLE directory_agents; DROP TABLE directories;`,
  );
}
