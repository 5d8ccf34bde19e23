CREATE TABLE address_counts (
  context_id uuid NOT NULL,
  kind text NOT NULL,
  holder text NOT NULL,
  n integer NOT NULL,
  since timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, kind, holder),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id) ON DELETE CASCADE
);
CREATE INDEX address_counts_since ON public.address_counts USING btree (since);

CREATE TABLE agent_processes (
  process_id uuid NOT NULL,
  beat_at timestamp with time zone NOT NULL,
  claimed_at timestamp with time zone,
  PRIMARY KEY (process_id)
);

CREATE TABLE api_applications (
  context_id uuid NOT NULL,
  api_id uuid NOT NULL,
  application_id uuid NOT NULL,
  scopes text[] NOT NULL,
  own_scopes text[] NOT NULL,
  is_resource_server boolean NOT NULL,
  PRIMARY KEY (context_id, api_id, application_id),
  FOREIGN KEY (context_id, api_id) REFERENCES apis(context_id, api_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE
);
CREATE INDEX api_applications_application ON public.api_applications USING btree (context_id, application_id);

CREATE TABLE api_scope_groups (
  context_id uuid NOT NULL,
  api_id uuid NOT NULL,
  scope text NOT NULL,
  group_id uuid NOT NULL,
  PRIMARY KEY (context_id, api_id, scope, group_id),
  FOREIGN KEY (context_id, api_id, scope) REFERENCES api_scopes(context_id, api_id, name) ON DELETE CASCADE,
  FOREIGN KEY (context_id, group_id) REFERENCES groups(context_id, group_id) ON DELETE CASCADE
);
CREATE INDEX api_scope_groups_group ON public.api_scope_groups USING btree (context_id, group_id);

CREATE TABLE api_scope_users (
  context_id uuid NOT NULL,
  api_id uuid NOT NULL,
  scope text NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (context_id, user_id, api_id, scope),
  FOREIGN KEY (context_id, api_id, scope) REFERENCES api_scopes(context_id, api_id, name) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX api_scope_users_scope ON public.api_scope_users USING btree (context_id, api_id, scope);

CREATE TABLE api_scopes (
  context_id uuid NOT NULL,
  api_id uuid NOT NULL,
  name text NOT NULL,
  position integer NOT NULL,
  texts jsonb NOT NULL,
  PRIMARY KEY (context_id, api_id, name),
  FOREIGN KEY (context_id, api_id) REFERENCES apis(context_id, api_id) ON DELETE CASCADE
);

CREATE TABLE apis (
  context_id uuid NOT NULL,
  api_id uuid NOT NULL,
  identifier text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  token_format text NOT NULL,
  signing_alg text NOT NULL,
  access_token_seconds integer NOT NULL,
  scopes_claim text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  UNIQUE (context_id, identifier),
  PRIMARY KEY (context_id, api_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((scopes_claim = ANY (ARRAY['none'::text, 'roles'::text, 'permissions'::text]))),
  CHECK ((signing_alg = ANY (ARRAY['RS256'::text, 'ES256'::text]))),
  CHECK ((token_format = ANY (ARRAY['jwt'::text, 'opaque'::text])))
);
CREATE UNIQUE INDEX apis_identifier ON public.apis USING btree (context_id, identifier);

CREATE TABLE application_consents (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  application_id uuid NOT NULL,
  scopes text[] NOT NULL,
  given_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id, application_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE application_groups (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  group_id uuid NOT NULL,
  PRIMARY KEY (context_id, application_id, group_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, group_id) REFERENCES groups(context_id, group_id) ON DELETE CASCADE
);
CREATE INDEX application_groups_group ON public.application_groups USING btree (context_id, group_id, application_id);

CREATE TABLE application_logos (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  content_type text NOT NULL,
  content bytea NOT NULL,
  etag text NOT NULL,
  PRIMARY KEY (context_id, application_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  CHECK ((content_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text]))),
  CHECK ((octet_length(content) <= 1048576))
);

CREATE TABLE application_users (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (context_id, user_id, application_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX application_users_application ON public.application_users USING btree (context_id, application_id, user_id);

CREATE TABLE application_uses (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  application_id uuid NOT NULL,
  last_used_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id, application_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX application_uses_last ON public.application_uses USING btree (context_id, application_id, last_used_at);

CREATE TABLE applications (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  category text NOT NULL DEFAULT ''::text,
  catalogue_entry text,
  enabled boolean NOT NULL DEFAULT true,
  navigable boolean NOT NULL DEFAULT false,
  launch_url text,
  oidc jsonb,
  oidc_client_id text,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL DEFAULT 1,
  saml jsonb,
  saml_entity_id text,
  trace_until timestamp with time zone,
  PRIMARY KEY (context_id, application_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((code ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9]){0,1}$'::text))
);
CREATE INDEX applications_name ON public.applications USING btree (context_id, name_key, application_id);
CREATE INDEX applications_secret_end ON public.applications USING btree ((((oidc ->> 'client_secret_expires_at'::text))::numeric)) WHERE (enabled AND (((oidc ->> 'client_secret_expires_at'::text))::numeric > (0)::numeric));
CREATE UNIQUE INDEX applications_code ON public.applications USING btree (context_id, code);
CREATE UNIQUE INDEX applications_oidc_client_id ON public.applications USING btree (context_id, oidc_client_id) WHERE (oidc_client_id IS NOT NULL);
CREATE UNIQUE INDEX applications_saml_entity_id ON public.applications USING btree (context_id, saml_entity_id) WHERE (saml_entity_id IS NOT NULL);

CREATE TABLE audit_chains (
  context_id uuid NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  anchor_seq bigint NOT NULL,
  anchor_hash bytea NOT NULL,
  mac text NOT NULL,
  sealed_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE audit_daily_counts (
  context_id uuid NOT NULL,
  day date NOT NULL,
  type text NOT NULL,
  outcome text NOT NULL,
  n integer NOT NULL,
  PRIMARY KEY (context_id, day, type, outcome),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE audit_events (
  context_id uuid NOT NULL,
  event_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  type text NOT NULL,
  outcome text NOT NULL,
  actor jsonb NOT NULL,
  actor_id uuid,
  subject_kind text,
  subject_id uuid,
  subject_name text,
  application_id uuid,
  reason text,
  support_code text,
  details jsonb NOT NULL DEFAULT '{}'::jsonb,
  actor_sealed bytea,
  subject_sealed bytea,
  seal_seq bigint,
  seal_hash bytea,
  PRIMARY KEY (context_id, event_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((outcome = ANY (ARRAY['success'::text, 'failure'::text])))
);
CREATE INDEX audit_events_actor ON public.audit_events USING btree (context_id, actor_id, event_id);
CREATE INDEX audit_events_application ON public.audit_events USING btree (context_id, application_id, event_id) WHERE (application_id IS NOT NULL);
CREATE INDEX audit_events_failure ON public.audit_events USING btree (context_id, event_id) WHERE (outcome = 'failure'::text);
CREATE INDEX audit_events_subject ON public.audit_events USING btree (context_id, subject_id, event_id);
CREATE INDEX audit_events_support_code ON public.audit_events USING btree (context_id, support_code) WHERE (support_code IS NOT NULL);
CREATE INDEX audit_events_type ON public.audit_events USING btree (context_id, type, event_id);
CREATE INDEX audit_events_unsealed ON public.audit_events USING btree (context_id, event_id) WHERE (seal_seq IS NULL);
CREATE UNIQUE INDEX audit_events_chain ON public.audit_events USING btree (context_id, seal_seq) WHERE (seal_seq IS NOT NULL);

CREATE TABLE audit_keys (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  key bytea NOT NULL,
  PRIMARY KEY (context_id, user_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE certificate_uses (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  owner text NOT NULL,
  fingerprint text NOT NULL,
  last_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, application_id, owner, fingerprint),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  CHECK ((owner = ANY (ARRAY['ours'::text, 'theirs'::text])))
);

CREATE TABLE certificate_warnings (
  context_id uuid NOT NULL,
  fingerprint text NOT NULL,
  days integer NOT NULL,
  warned_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, fingerprint, days),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE client_secret_uses (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  fingerprint text NOT NULL,
  last_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, application_id, fingerprint),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE
);

CREATE TABLE code_guesses (
  context_id uuid NOT NULL,
  holder text NOT NULL,
  n integer NOT NULL,
  since timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, holder),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id) ON DELETE CASCADE
);

CREATE TABLE context_logos (
  context_id uuid NOT NULL,
  content_type text NOT NULL,
  content bytea NOT NULL,
  etag text NOT NULL,
  PRIMARY KEY (context_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE context_settings (
  context_id uuid NOT NULL,
  kind text NOT NULL,
  value jsonb NOT NULL,
  version integer NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, kind),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE contexts (
  context_id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  environment text NOT NULL,
  paired_context_id uuid,
  address text,
  created_at timestamp with time zone NOT NULL,
  version integer NOT NULL DEFAULT 1,
  saml_entity_id text,
  time_zone text NOT NULL DEFAULT 'UTC'::text,
  PRIMARY KEY (context_id),
  FOREIGN KEY (paired_context_id) REFERENCES contexts(context_id),
  CHECK ((code ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9]){0,1}$'::text)),
  CHECK ((environment = ANY (ARRAY['production'::text, 'approval'::text])))
);
CREATE INDEX contexts_paired ON public.contexts USING btree (paired_context_id) WHERE (paired_context_id IS NOT NULL);
CREATE UNIQUE INDEX contexts_address ON public.contexts USING btree (address) WHERE (address IS NOT NULL);
CREATE UNIQUE INDEX contexts_code ON public.contexts USING btree (code);

CREATE TABLE custom_fields (
  context_id uuid NOT NULL,
  field_id uuid NOT NULL,
  code text NOT NULL,
  label text NOT NULL,
  type text NOT NULL,
  options jsonb NOT NULL DEFAULT '[]'::jsonb,
  is_required boolean NOT NULL,
  is_personal boolean NOT NULL,
  position integer NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL,
  claim text,
  UNIQUE (context_id, code),
  PRIMARY KEY (context_id, field_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((type = ANY (ARRAY['text'::text, 'number'::text, 'date'::text, 'boolean'::text, 'choice'::text, 'choices'::text])))
);
CREATE UNIQUE INDEX custom_fields_claim ON public.custom_fields USING btree (context_id, claim) WHERE (claim IS NOT NULL);
CREATE UNIQUE INDEX custom_fields_context_id_code_key ON public.custom_fields USING btree (context_id, code);

CREATE TABLE directories (
  context_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  kind text,
  settings jsonb NOT NULL,
  root_dn text,
  account_domain text,
  token_hash text,
  token_made_at timestamp with time zone,
  settings_changed_at timestamp with time zone NOT NULL,
  configured_at timestamp with time zone,
  unavailable_since timestamp with time zone,
  unavailable_reason text,
  read_cursor text,
  next_read_at timestamp with time zone,
  next_whole_read_at timestamp with time zone,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  stop_told_at timestamp with time zone,
  away_told_at timestamp with time zone,
  UNIQUE (context_id, name_key),
  PRIMARY KEY (context_id, directory_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);
CREATE INDEX directories_away ON public.directories USING btree (unavailable_since) WHERE ((configured_at IS NOT NULL) AND (unavailable_since IS NOT NULL));
CREATE INDEX directories_away_untold ON public.directories USING btree (unavailable_since) WHERE ((unavailable_since IS NOT NULL) AND ((away_told_at IS NULL) OR (away_told_at < unavailable_since)));
CREATE INDEX directories_to_read ON public.directories USING btree (next_read_at) WHERE ((configured_at IS NOT NULL) AND (unavailable_since IS NULL));
CREATE INDEX directories_unconfigured ON public.directories USING btree (created_at) WHERE (configured_at IS NULL);
CREATE UNIQUE INDEX directories_name ON public.directories USING btree (context_id, name_key);

CREATE TABLE directory_agents (
  context_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  name text NOT NULL,
  software text NOT NULL,
  signing_key jsonb NOT NULL,
  encryption_key jsonb NOT NULL,
  status jsonb,
  enrolled_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone,
  revoked_at timestamp with time zone,
  process_id uuid,
  PRIMARY KEY (context_id, agent_id),
  FOREIGN KEY (context_id, directory_id) REFERENCES directories(context_id, directory_id) ON DELETE CASCADE
);
CREATE INDEX directory_agents_directory ON public.directory_agents USING btree (context_id, directory_id);
CREATE INDEX directory_agents_process ON public.directory_agents USING btree (process_id) WHERE (process_id IS NOT NULL);

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
  state text NOT NULL,
  fault text,
  PRIMARY KEY (context_id, run_id, "position"),
  FOREIGN KEY (context_id, run_id) REFERENCES directory_runs(context_id, run_id) ON DELETE CASCADE,
  CHECK ((state = ANY (ARRAY['planned'::text, 'done'::text, 'refused'::text, 'passed-over'::text])))
);
CREATE INDEX directory_changes_change ON public.directory_changes USING btree (context_id, run_id, change, "position");
CREATE INDEX directory_changes_entry ON public.directory_changes USING btree (context_id, directory_id, entry_id);
CREATE INDEX directory_changes_member ON public.directory_changes USING btree (context_id, directory_id, member_entry_id) WHERE (member_entry_id IS NOT NULL);
CREATE INDEX directory_changes_planned ON public.directory_changes USING btree (context_id, run_id, "position") WHERE (state = 'planned'::text);

CREATE TABLE directory_entries (
  context_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  kind text NOT NULL,
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
  state text NOT NULL,
  reason text,
  is_gone boolean NOT NULL DEFAULT false,
  user_id uuid,
  group_id uuid,
  deactivated_at timestamp with time zone,
  last_change jsonb,
  wanted_enabled boolean,
  write_tried_at timestamp with time zone,
  write_fault text,
  changed_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, directory_id, entry_id),
  FOREIGN KEY (context_id, directory_id) REFERENCES directories(context_id, directory_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, group_id) REFERENCES groups(context_id, group_id) ON DELETE SET NULL (group_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE SET NULL (user_id),
  CHECK ((kind = ANY (ARRAY['person'::text, 'group'::text]))),
  CHECK ((state = ANY (ARRAY['pending'::text, 'accepted'::text, 'rejected'::text])))
);
CREATE INDEX directory_entries_dn ON public.directory_entries USING btree (context_id, directory_id, dn_key);
CREATE INDEX directory_entries_primary_group ON public.directory_entries USING btree (context_id, directory_id, primary_group) WHERE (primary_group IS NOT NULL);
CREATE INDEX directory_entries_reason ON public.directory_entries USING btree (context_id, directory_id, reason, name_key, entry_id) WHERE (reason IS NOT NULL);
CREATE INDEX directory_entries_sid ON public.directory_entries USING btree (context_id, directory_id, sid) WHERE (sid IS NOT NULL);
CREATE INDEX directory_entries_state ON public.directory_entries USING btree (context_id, directory_id, state, kind, name_key, entry_id);
CREATE INDEX directory_entries_wanted ON public.directory_entries USING btree (context_id, user_id) WHERE (wanted_enabled IS NOT NULL);
CREATE UNIQUE INDEX directory_entries_group ON public.directory_entries USING btree (context_id, group_id) WHERE (group_id IS NOT NULL);
CREATE UNIQUE INDEX directory_entries_user ON public.directory_entries USING btree (context_id, user_id) WHERE (user_id IS NOT NULL);

CREATE TABLE directory_members (
  context_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  group_entry_id uuid NOT NULL,
  member_entry_id uuid NOT NULL,
  PRIMARY KEY (context_id, directory_id, group_entry_id, member_entry_id),
  FOREIGN KEY (context_id, directory_id, group_entry_id) REFERENCES directory_entries(context_id, directory_id, entry_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, directory_id, member_entry_id) REFERENCES directory_entries(context_id, directory_id, entry_id) ON DELETE CASCADE
);
CREATE INDEX directory_members_member ON public.directory_members USING btree (context_id, directory_id, member_entry_id);

CREATE TABLE directory_refusals (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  process_id uuid NOT NULL,
  n integer NOT NULL,
  refused_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id, process_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX directory_refusals_refused ON public.directory_refusals USING btree (refused_at);

CREATE UNLOGGED TABLE directory_requests (
  context_id uuid NOT NULL,
  directory_request_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  kind text NOT NULL,
  body jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  deadline_at timestamp with time zone NOT NULL,
  wanted_until timestamp with time zone NOT NULL,
  agent_id uuid,
  lease_until timestamp with time zone,
  tries integer NOT NULL DEFAULT 0,
  answered_at timestamp with time zone,
  answer jsonb,
  PRIMARY KEY (context_id, directory_request_id)
);
CREATE INDEX directory_requests_open ON public.directory_requests USING btree (context_id, directory_id, created_at) WHERE (answered_at IS NULL);
CREATE INDEX directory_requests_wanted ON public.directory_requests USING btree (wanted_until);

CREATE TABLE directory_runs (
  context_id uuid NOT NULL,
  run_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  purpose text NOT NULL,
  is_whole boolean NOT NULL DEFAULT false,
  state text NOT NULL,
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
  started_at timestamp with time zone NOT NULL,
  read_at timestamp with time zone,
  finished_at timestamp with time zone,
  PRIMARY KEY (context_id, run_id),
  FOREIGN KEY (context_id, directory_id) REFERENCES directories(context_id, directory_id) ON DELETE CASCADE,
  CHECK ((purpose = ANY (ARRAY['sync'::text, 'preview'::text, 'undo'::text]))),
  CHECK ((state = ANY (ARRAY['reading'::text, 'planning'::text, 'stopped'::text, 'waiting'::text, 'applying'::text, 'done'::text, 'failed'::text, 'declined'::text])))
);
CREATE INDEX directory_runs_directory ON public.directory_runs USING btree (context_id, directory_id, started_at);
CREATE UNIQUE INDEX directory_runs_open ON public.directory_runs USING btree (context_id, directory_id) WHERE (finished_at IS NULL);

CREATE TABLE directory_staged (
  context_id uuid NOT NULL,
  run_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  kind text NOT NULL,
  record jsonb NOT NULL,
  dn_key text,
  content_hash text,
  PRIMARY KEY (context_id, run_id, entry_id),
  FOREIGN KEY (context_id, run_id) REFERENCES directory_runs(context_id, run_id) ON DELETE CASCADE,
  CHECK ((kind = ANY (ARRAY['person'::text, 'group'::text, 'gone'::text, 'unusable'::text])))
);
CREATE INDEX directory_staged_dn ON public.directory_staged USING btree (context_id, run_id, dn_key);

CREATE TABLE directory_staged_members (
  context_id uuid NOT NULL,
  run_id uuid NOT NULL,
  group_entry_id uuid NOT NULL,
  member_key text NOT NULL,
  PRIMARY KEY (context_id, run_id, group_entry_id, member_key),
  FOREIGN KEY (context_id, run_id) REFERENCES directory_runs(context_id, run_id) ON DELETE CASCADE
);

CREATE TABLE directory_verifiers (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  hash text NOT NULL,
  proven_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id),
  FOREIGN KEY (context_id, directory_id) REFERENCES directories(context_id, directory_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE former_fingerprint_keys (
  purpose text NOT NULL,
  key_hash bytea NOT NULL,
  key_encrypted text NOT NULL,
  kept_at timestamp with time zone NOT NULL,
  PRIMARY KEY (purpose, key_hash)
);

CREATE TABLE group_members (
  context_id uuid NOT NULL,
  group_id uuid NOT NULL,
  user_id uuid NOT NULL,
  PRIMARY KEY (context_id, user_id, group_id),
  FOREIGN KEY (context_id, group_id) REFERENCES groups(context_id, group_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX group_members_group ON public.group_members USING btree (context_id, group_id, user_id);

CREATE TABLE groups (
  context_id uuid NOT NULL,
  group_id uuid NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  is_everyone boolean NOT NULL DEFAULT false,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (context_id, group_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);
CREATE UNIQUE INDEX groups_everyone ON public.groups USING btree (context_id) WHERE is_everyone;
CREATE UNIQUE INDEX groups_name ON public.groups USING btree (context_id, name_key);

CREATE TABLE known_browsers (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  browser_hash bytea NOT NULL,
  user_agent text NOT NULL,
  first_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL,
  remembered_until timestamp with time zone,
  failed integer NOT NULL DEFAULT 0,
  failed_at timestamp with time zone,
  remembered_at timestamp with time zone,
  pending integer NOT NULL DEFAULT 0,
  is_proven boolean NOT NULL DEFAULT false,
  PRIMARY KEY (context_id, user_id, browser_hash),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX known_browsers_age ON public.known_browsers USING btree (last_at);

CREATE TABLE last_sign_ins (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX last_sign_ins_at ON public.last_sign_ins USING btree (context_id, at, user_id);

CREATE TABLE launchpad_entries (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  application_id uuid NOT NULL,
  is_favourite boolean NOT NULL DEFAULT false,
  added_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id, application_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE master_keys (
  key_id text NOT NULL,
  proof text NOT NULL,
  noted_at timestamp with time zone NOT NULL,
  PRIMARY KEY (key_id)
);

CREATE TABLE metadata_certificates (
  context_id uuid NOT NULL,
  fingerprint text NOT NULL,
  certificate text NOT NULL,
  private_key_encrypted text NOT NULL,
  not_after timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

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
  consumed_at timestamp with time zone,
  expires_at timestamp with time zone,
  PRIMARY KEY (context_id, kind, id_hash)
) WITH (fillfactor=75);
CREATE INDEX oidc_artifacts_account ON public.oidc_artifacts USING btree (context_id, account_id) WHERE (kind = 'Grant'::text);
CREATE INDEX oidc_artifacts_expiry ON public.oidc_artifacts USING brin (expires_at);
CREATE INDEX oidc_artifacts_grant ON public.oidc_artifacts USING btree (context_id, grant_key) WHERE (grant_key IS NOT NULL);
CREATE INDEX oidc_artifacts_uid ON public.oidc_artifacts USING btree (context_id, kind, uid) WHERE (uid IS NOT NULL);
CREATE UNIQUE INDEX oidc_artifacts_user_code ON public.oidc_artifacts USING btree (context_id, user_code) WHERE (user_code IS NOT NULL);

CREATE TABLE one_time_links (
  context_id uuid NOT NULL,
  link_id uuid NOT NULL,
  kind text NOT NULL,
  user_id uuid,
  token_hash bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  address_key text,
  payload jsonb NOT NULL DEFAULT '{}'::jsonb,
  PRIMARY KEY (context_id, link_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE,
  CHECK (((user_id IS NOT NULL) OR (address_key IS NOT NULL)))
);
CREATE INDEX one_time_links_address ON public.one_time_links USING btree (context_id, address_key, kind) WHERE (address_key IS NOT NULL);
CREATE INDEX one_time_links_expiry ON public.one_time_links USING btree (expires_at);
CREATE INDEX one_time_links_recent ON public.one_time_links USING btree (context_id, kind, created_at);
CREATE INDEX one_time_links_user ON public.one_time_links USING btree (context_id, user_id, kind);
CREATE UNIQUE INDEX one_time_links_token ON public.one_time_links USING btree (context_id, token_hash);

CREATE TABLE operation_files (
  context_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  part integer NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (context_id, operation_id, part),
  FOREIGN KEY (context_id, operation_id) REFERENCES operations(context_id, operation_id) ON DELETE CASCADE
);

CREATE TABLE operation_items (
  context_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  position integer NOT NULL,
  user_id uuid NOT NULL,
  outcome text,
  PRIMARY KEY (context_id, operation_id, "position"),
  FOREIGN KEY (context_id, operation_id) REFERENCES operations(context_id, operation_id) ON DELETE CASCADE
);

CREATE TABLE operations (
  context_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  kind text NOT NULL,
  requested_by uuid NOT NULL,
  actor jsonb NOT NULL,
  input jsonb NOT NULL,
  state text NOT NULL,
  total integer NOT NULL,
  done integer NOT NULL DEFAULT 0,
  refused integer NOT NULL DEFAULT 0,
  fault text,
  file_name text,
  created_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  run integer NOT NULL DEFAULT 0,
  PRIMARY KEY (context_id, operation_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((state = ANY (ARRAY['draft'::text, 'waiting'::text, 'running'::text, 'done'::text, 'failed'::text])))
);
CREATE INDEX operations_age ON public.operations USING btree (created_at);
CREATE INDEX operations_by ON public.operations USING btree (context_id, requested_by, operation_id);

CREATE TABLE own_values (
  context_id uuid NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  path text NOT NULL,
  value text NOT NULL,
  said_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, kind, key, path),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE page_failures (
  context_id uuid NOT NULL,
  support_code text NOT NULL,
  hour timestamp with time zone NOT NULL,
  fold_key bytea NOT NULL,
  code text NOT NULL,
  status integer NOT NULL,
  page text NOT NULL,
  user_id uuid,
  application_id uuid,
  facts jsonb NOT NULL,
  n bigint NOT NULL,
  first_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL,
  http_request text,
  UNIQUE (context_id, hour, fold_key),
  PRIMARY KEY (context_id, support_code),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX page_failures_old ON public.page_failures USING btree (hour);
CREATE INDEX page_failures_user ON public.page_failures USING btree (context_id, user_id) WHERE (user_id IS NOT NULL);
CREATE UNIQUE INDEX page_failures_context_id_hour_fold_key_key ON public.page_failures USING btree (context_id, hour, fold_key);

CREATE TABLE partner_metadata (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  checked_at timestamp with time zone NOT NULL,
  fault text,
  proposed jsonb,
  ignored jsonb,
  url text,
  fault_detail text,
  left_out jsonb,
  PRIMARY KEY (context_id, application_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE
);

CREATE TABLE password_history (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  hash text NOT NULL,
  replaced_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id, hash),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE passwords (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  hash text NOT NULL,
  must_change boolean NOT NULL,
  temporary_encrypted text,
  changed_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, user_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE pending_requests (
  context_id uuid NOT NULL,
  request_id uuid NOT NULL,
  browser_hash bytea NOT NULL,
  destination jsonb NOT NULL,
  application_id uuid,
  demands jsonb NOT NULL DEFAULT '{}'::jsonb,
  proven jsonb,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  PRIMARY KEY (context_id, request_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);
CREATE INDEX pending_requests_expiry ON public.pending_requests USING btree (context_id, expires_at);

CREATE TABLE persistent_name_ids (
  context_id uuid NOT NULL,
  application_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name_id text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, application_id, user_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE planned_deactivations (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  description text NOT NULL,
  began_at timestamp with time zone,
  version integer NOT NULL,
  PRIMARY KEY (context_id, user_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE,
  CHECK ((ends_on > starts_on))
);
CREATE INDEX planned_deactivations_start ON public.planned_deactivations USING btree (starts_on);

CREATE TABLE promotion_objects (
  context_id uuid NOT NULL,
  promotion_id uuid NOT NULL,
  position integer NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  name text NOT NULL,
  action text NOT NULL,
  fields jsonb NOT NULL,
  is_undone boolean NOT NULL DEFAULT false,
  stays_because jsonb,
  PRIMARY KEY (context_id, promotion_id, "position"),
  FOREIGN KEY (context_id, promotion_id) REFERENCES promotions(context_id, promotion_id) ON DELETE CASCADE,
  CHECK ((action = ANY (ARRAY['add'::text, 'change'::text, 'remove'::text])))
);

CREATE TABLE promotions (
  context_id uuid NOT NULL,
  promotion_id uuid NOT NULL,
  source_code text NOT NULL,
  state text NOT NULL,
  fingerprint text NOT NULL,
  choice jsonb NOT NULL,
  asked_by jsonb NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  decided_by jsonb,
  decided_at timestamp with time zone,
  undone_by jsonb,
  undone_at timestamp with time zone,
  PRIMARY KEY (context_id, promotion_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((state = ANY (ARRAY['proposed'::text, 'declined'::text, 'applied'::text, 'undone'::text])))
);
CREATE UNIQUE INDEX promotions_open ON public.promotions USING btree (context_id) WHERE (state = 'proposed'::text);

CREATE TABLE recovery_codes (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  PRIMARY KEY (context_id, user_id, code_hash),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);

CREATE TABLE refusal_counts (
  context_id uuid NOT NULL,
  hour timestamp with time zone NOT NULL,
  fold_key bytea NOT NULL,
  type text NOT NULL,
  reason text NOT NULL,
  application_id uuid,
  user_id uuid,
  event_id uuid NOT NULL,
  support_code text,
  n bigint NOT NULL,
  first_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL,
  last_source text NOT NULL,
  last_details jsonb NOT NULL,
  sources jsonb NOT NULL,
  closed_at timestamp with time zone,
  PRIMARY KEY (context_id, hour, fold_key),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX refusal_counts_open ON public.refusal_counts USING btree (hour) WHERE (closed_at IS NULL);
CREATE INDEX refusal_counts_user ON public.refusal_counts USING btree (context_id, user_id) WHERE (user_id IS NOT NULL);

CREATE TABLE saml_certificates (
  context_id uuid NOT NULL,
  fingerprint text NOT NULL,
  alg text NOT NULL,
  status text NOT NULL,
  certificate text NOT NULL,
  private_key_encrypted text NOT NULL,
  not_after timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  signing_since timestamp with time zone,
  retired_at timestamp with time zone,
  PRIMARY KEY (context_id, fingerprint),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((alg = ANY (ARRAY['RS256'::text, 'ES256'::text]))),
  CHECK ((status = ANY (ARRAY['published'::text, 'signing'::text, 'retired'::text])))
);
CREATE INDEX saml_certificates_end ON public.saml_certificates USING btree (not_after) WHERE (status <> 'retired'::text);
CREATE UNIQUE INDEX saml_certificates_one_signing ON public.saml_certificates USING btree (context_id, alg) WHERE (status = 'signing'::text);

CREATE TABLE saved_views (
  context_id uuid NOT NULL,
  view_id uuid NOT NULL,
  owner_id uuid,
  name text NOT NULL,
  query text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, view_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  FOREIGN KEY (context_id, owner_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX saved_views_owner ON public.saved_views USING btree (context_id, owner_id);

CREATE TABLE second_factors (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  factor_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone,
  secret_encrypted text,
  last_step bigint,
  credential_id text,
  public_key bytea,
  sign_count bigint,
  transports text[],
  is_backed_up boolean,
  PRIMARY KEY (context_id, user_id, factor_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX second_factors_credential ON public.second_factors USING btree (context_id, credential_id) WHERE (credential_id IS NOT NULL);

CREATE TABLE session_participants (
  context_id uuid NOT NULL,
  session_id uuid NOT NULL,
  application_id uuid NOT NULL,
  protocol text NOT NULL,
  protocol_session text NOT NULL,
  joined_at timestamp with time zone NOT NULL,
  notified_at timestamp with time zone,
  name_ids jsonb NOT NULL DEFAULT '[]'::jsonb,
  PRIMARY KEY (context_id, session_id, application_id, protocol),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, session_id) REFERENCES sessions(context_id, session_id) ON DELETE CASCADE,
  CHECK ((protocol = ANY (ARRAY['oidc'::text, 'saml'::text])))
);
CREATE INDEX session_participants_name_ids ON public.session_participants USING gin (name_ids jsonb_path_ops) WHERE (protocol = 'saml'::text);

CREATE TABLE sessions (
  context_id uuid NOT NULL,
  session_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  amr text[] NOT NULL,
  authenticated_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  end_reason text,
  ip text NOT NULL,
  user_agent text NOT NULL,
  idle_seconds integer NOT NULL DEFAULT 7200,
  is_kept boolean NOT NULL DEFAULT false,
  is_directory_away boolean NOT NULL DEFAULT false,
  PRIMARY KEY (context_id, session_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sessions_directory_away ON public.sessions USING btree (context_id, authenticated_at) WHERE is_directory_away;
CREATE INDEX sessions_expiry ON public.sessions USING btree (context_id, expires_at);
CREATE INDEX sessions_user ON public.sessions USING btree (context_id, user_id) WHERE (ended_at IS NULL);
CREATE UNIQUE INDEX sessions_token ON public.sessions USING btree (context_id, token_hash);

CREATE TABLE sign_in_attempts (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  failed integer NOT NULL,
  last_at timestamp with time zone NOT NULL,
  pending integer NOT NULL DEFAULT 0,
  PRIMARY KEY (context_id, user_id)
);

CREATE TABLE sign_in_policies (
  context_id uuid NOT NULL,
  rules jsonb NOT NULL,
  rules_before jsonb,
  reverts_at timestamp with time zone,
  version integer NOT NULL DEFAULT 1,
  changed_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE signing_keys (
  context_id uuid NOT NULL,
  kid text NOT NULL,
  alg text NOT NULL,
  status text NOT NULL,
  public_jwk jsonb NOT NULL,
  private_jwk_encrypted text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  signing_since timestamp with time zone,
  retired_at timestamp with time zone,
  PRIMARY KEY (context_id, kid),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK ((alg = ANY (ARRAY['ES256'::text, 'RS256'::text]))),
  CHECK ((status = ANY (ARRAY['published'::text, 'signing'::text, 'retired'::text])))
);
CREATE UNIQUE INDEX signing_keys_one_signing ON public.signing_keys USING btree (context_id, alg) WHERE (status = 'signing'::text);

CREATE TABLE simulation_findings (
  context_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  run integer NOT NULL,
  position integer NOT NULL,
  user_id uuid NOT NULL,
  application_id uuid,
  effect text NOT NULL,
  reasons jsonb NOT NULL,
  PRIMARY KEY (context_id, operation_id, run, "position"),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, operation_id) REFERENCES operations(context_id, operation_id) ON DELETE CASCADE,
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE,
  CHECK ((effect = ANY (ARRAY['refused'::text, 'asked'::text])))
);
CREATE INDEX simulation_findings_application ON public.simulation_findings USING btree (context_id, application_id) WHERE (application_id IS NOT NULL);
CREATE INDEX simulation_findings_effect ON public.simulation_findings USING btree (context_id, operation_id, run, effect, "position");
CREATE INDEX simulation_findings_user ON public.simulation_findings USING btree (context_id, user_id);

CREATE TABLE simulations (
  context_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  run integer NOT NULL,
  people integer NOT NULL,
  refused integer NOT NULL,
  asked integer NOT NULL,
  reasons jsonb NOT NULL,
  PRIMARY KEY (context_id, operation_id, run),
  FOREIGN KEY (context_id, operation_id) REFERENCES operations(context_id, operation_id) ON DELETE CASCADE
);

CREATE TABLE store_checks (
  id integer NOT NULL,
  checked_at timestamp with time zone NOT NULL,
  PRIMARY KEY (id),
  CHECK ((id = 1))
);

CREATE TABLE subject_keys (
  context_id uuid NOT NULL,
  key_encrypted text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE terms_acceptances (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  edition integer NOT NULL,
  accepted_at timestamp with time zone NOT NULL,
  locale text NOT NULL,
  ip text NOT NULL,
  PRIMARY KEY (context_id, user_id, edition),
  FOREIGN KEY (context_id, edition) REFERENCES terms_editions(context_id, edition),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE
);
CREATE INDEX terms_acceptances_edition ON public.terms_acceptances USING btree (context_id, edition, user_id);

CREATE TABLE terms_editions (
  context_id uuid NOT NULL,
  edition integer NOT NULL,
  texts jsonb NOT NULL,
  published_at timestamp with time zone NOT NULL,
  PRIMARY KEY (context_id, edition),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE traced_exchanges (
  context_id uuid NOT NULL,
  exchange_id uuid NOT NULL,
  application_id uuid NOT NULL,
  at timestamp with time zone NOT NULL,
  protocol text NOT NULL,
  direction text NOT NULL,
  name text NOT NULL,
  reason text,
  content text NOT NULL,
  claimed_issuer text,
  is_proven boolean NOT NULL DEFAULT true,
  http_request text,
  PRIMARY KEY (context_id, exchange_id),
  FOREIGN KEY (context_id, application_id) REFERENCES applications(context_id, application_id) ON DELETE CASCADE,
  CHECK ((direction = ANY (ARRAY['received'::text, 'sent'::text]))),
  CHECK ((protocol = ANY (ARRAY['oidc'::text, 'saml'::text])))
);
CREATE INDEX traced_exchanges_application ON public.traced_exchanges USING btree (context_id, application_id, exchange_id);
CREATE INDEX traced_exchanges_at ON public.traced_exchanges USING brin (at);

CREATE TABLE user_counts (
  context_id uuid NOT NULL,
  entry_id bigint NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (context_id, entry_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id)
);

CREATE TABLE user_photos (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  content_type text NOT NULL,
  content bytea NOT NULL,
  etag text NOT NULL,
  PRIMARY KEY (context_id, user_id),
  FOREIGN KEY (context_id, user_id) REFERENCES users(context_id, user_id) ON DELETE CASCADE,
  CHECK ((content_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text]))),
  CHECK ((octet_length(content) <= 1048576))
);

CREATE TABLE users (
  context_id uuid NOT NULL,
  user_id uuid NOT NULL,
  email text,
  email_key text,
  email_verified boolean NOT NULL DEFAULT false,
  username text,
  username_key text,
  first_name text NOT NULL,
  last_name text NOT NULL,
  name_key text NOT NULL,
  role text NOT NULL,
  status text NOT NULL,
  status_changed_at timestamp with time zone NOT NULL,
  department text,
  locale text,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL DEFAULT 1,
  custom_values jsonb NOT NULL DEFAULT '{}'::jsonb,
  recovery_email text,
  terms_edition integer,
  proofs_after timestamp with time zone,
  seen_locale text,
  deleting_since timestamp with time zone,
  deactivated_from text,
  login_search text,
  email_verified_by text,
  PRIMARY KEY (context_id, user_id),
  FOREIGN KEY (context_id) REFERENCES contexts(context_id),
  CHECK (((email IS NOT NULL) OR (username IS NOT NULL))),
  CHECK (((role = 'regular'::text) OR (email IS NOT NULL))),
  CHECK ((email_verified_by = ANY (ARRAY['link'::text, 'file'::text, 'directory'::text]))),
  CHECK ((role = ANY (ARRAY['administrator'::text, 'regular'::text]))),
  CHECK ((status = ANY (ARRAY['activated'::text, 'invited'::text, 'deactivated'::text, 'blocked'::text])))
);
CREATE INDEX users_login ON public.users USING btree (context_id, COALESCE(email_key, username_key), user_id);
CREATE INDEX users_name ON public.users USING btree (context_id, name_key, user_id) INCLUDE (role, status, email_key, username_key, login_search);
CREATE INDEX users_role ON public.users USING btree (context_id, role, name_key, user_id);
CREATE INDEX users_search ON public.users USING gin (name_key gin_trgm_ops, email_key gin_trgm_ops, username_key gin_trgm_ops, login_search gin_trgm_ops);
CREATE INDEX users_status ON public.users USING btree (context_id, status, name_key, user_id);
CREATE UNIQUE INDEX users_email ON public.users USING btree (context_id, email_key) WHERE (email_key IS NOT NULL);
CREATE UNIQUE INDEX users_username ON public.users USING btree (context_id, username_key) WHERE (username_key IS NOT NULL);
