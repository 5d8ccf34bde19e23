// Made by scripts/dump-schema.ts from test/migrations/schema.sql: do not edit. How rows are used: rows.ts.
import type {
  AgentId,
  ApiId,
  ApplicationId,
  ContextId,
  DirectoryId,
  DirectoryRequestId,
  GroupId,
  OperationId,
  PromotionId,
  RequestId,
  RunId,
  SessionId,
  UserId,
} from './scope.ts';

/** Of a table: its rows, which columns a new row may leave out, and which hold JSON. */
export type Table<Columns, Optional extends keyof Columns, Json extends keyof Columns> = { row: Columns; optional: Optional; json: Json };

export type Tables = {
  address_counts: Table<
    {
      context_id: ContextId;
      kind: string;
      holder: string;
      n: number;
      since: Date;
    },
    never,
    never
  >;
  agent_processes: Table<
    {
      process_id: string;
      beat_at: Date;
      claimed_at: Date | null;
    },
    'claimed_at',
    never
  >;
  api_applications: Table<
    {
      context_id: ContextId;
      api_id: ApiId;
      application_id: ApplicationId;
      scopes: string[];
      own_scopes: string[];
      is_resource_server: boolean;
    },
    never,
    never
  >;
  api_scope_groups: Table<
    {
      context_id: ContextId;
      api_id: ApiId;
      scope: string;
      group_id: GroupId;
    },
    never,
    never
  >;
  api_scope_users: Table<
    {
      context_id: ContextId;
      api_id: ApiId;
      scope: string;
      user_id: UserId;
    },
    never,
    never
  >;
  api_scopes: Table<
    {
      context_id: ContextId;
      api_id: ApiId;
      name: string;
      position: number;
      texts: unknown;
    },
    never,
    'texts'
  >;
  apis: Table<
    {
      context_id: ContextId;
      api_id: ApiId;
      identifier: string;
      name: string;
      name_key: string;
      token_format: 'jwt' | 'opaque';
      signing_alg: 'RS256' | 'ES256';
      access_token_seconds: number;
      scopes_claim: 'none' | 'roles' | 'permissions';
      version: number;
      created_at: Date;
      updated_at: Date;
    },
    'version',
    never
  >;
  application_consents: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      application_id: ApplicationId;
      scopes: string[];
      given_at: Date;
    },
    never,
    never
  >;
  application_groups: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      group_id: GroupId;
    },
    never,
    never
  >;
  application_logos: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      content_type: 'image/png' | 'image/jpeg' | 'image/webp';
      content: Buffer;
      etag: string;
    },
    never,
    never
  >;
  application_users: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      user_id: UserId;
    },
    never,
    never
  >;
  application_uses: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      application_id: ApplicationId;
      last_used_at: Date;
    },
    never,
    never
  >;
  applications: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      code: string;
      name: string;
      name_key: string;
      description: string;
      category: string;
      catalogue_entry: string | null;
      enabled: boolean;
      navigable: boolean;
      launch_url: string | null;
      oidc: unknown;
      oidc_client_id: string | null;
      created_at: Date;
      updated_at: Date;
      version: number;
      saml: unknown;
      saml_entity_id: string | null;
      trace_until: Date | null;
    },
    | 'description'
    | 'category'
    | 'catalogue_entry'
    | 'enabled'
    | 'navigable'
    | 'launch_url'
    | 'oidc'
    | 'oidc_client_id'
    | 'version'
    | 'saml'
    | 'saml_entity_id'
    | 'trace_until',
    'oidc' | 'saml'
  >;
  audit_chains: Table<
    {
      context_id: ContextId;
      seq: number;
      hash: Buffer;
      anchor_seq: number;
      anchor_hash: Buffer;
      mac: string;
      sealed_at: Date;
    },
    never,
    never
  >;
  audit_daily_counts: Table<
    {
      context_id: ContextId;
      day: string;
      type: string;
      outcome: string;
      n: number;
    },
    never,
    never
  >;
  audit_events: Table<
    {
      context_id: ContextId;
      event_id: string;
      at: Date;
      type: string;
      outcome: 'success' | 'failure';
      actor: unknown;
      actor_id: string | null;
      subject_kind: string | null;
      subject_id: string | null;
      subject_name: string | null;
      application_id: ApplicationId | null;
      reason: string | null;
      support_code: string | null;
      details: unknown;
      actor_sealed: Buffer | null;
      subject_sealed: Buffer | null;
      seal_seq: number | null;
      seal_hash: Buffer | null;
    },
    | 'actor_id'
    | 'subject_kind'
    | 'subject_id'
    | 'subject_name'
    | 'application_id'
    | 'reason'
    | 'support_code'
    | 'details'
    | 'actor_sealed'
    | 'subject_sealed'
    | 'seal_seq'
    | 'seal_hash',
    'actor' | 'details'
  >;
  audit_keys: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      key: Buffer;
    },
    never,
    never
  >;
  certificate_uses: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      owner: 'ours' | 'theirs';
      fingerprint: string;
      last_at: Date;
    },
    never,
    never
  >;
  certificate_warnings: Table<
    {
      context_id: ContextId;
      fingerprint: string;
      days: number;
      warned_at: Date;
    },
    never,
    never
  >;
  client_secret_uses: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      fingerprint: string;
      last_at: Date;
    },
    never,
    never
  >;
  code_guesses: Table<
    {
      context_id: ContextId;
      holder: string;
      n: number;
      since: Date;
    },
    never,
    never
  >;
  context_logos: Table<
    {
      context_id: ContextId;
      content_type: string;
      content: Buffer;
      etag: string;
    },
    never,
    never
  >;
  context_settings: Table<
    {
      context_id: ContextId;
      kind: string;
      value: unknown;
      version: number;
      changed_at: Date;
    },
    never,
    'value'
  >;
  contexts: Table<
    {
      context_id: ContextId;
      code: string;
      name: string;
      environment: 'production' | 'approval';
      paired_context_id: ContextId | null;
      address: string | null;
      created_at: Date;
      version: number;
      saml_entity_id: string | null;
      time_zone: string;
    },
    'paired_context_id' | 'address' | 'version' | 'saml_entity_id' | 'time_zone',
    never
  >;
  custom_fields: Table<
    {
      context_id: ContextId;
      field_id: string;
      code: string;
      label: string;
      type: 'text' | 'number' | 'date' | 'boolean' | 'choice' | 'choices';
      options: unknown;
      is_required: boolean;
      is_personal: boolean;
      position: number;
      version: number;
      created_at: Date;
      claim: string | null;
    },
    'options' | 'version' | 'claim',
    'options'
  >;
  directories: Table<
    {
      context_id: ContextId;
      directory_id: DirectoryId;
      name: string;
      name_key: string;
      kind: string | null;
      settings: unknown;
      root_dn: string | null;
      account_domain: string | null;
      token_hash: string | null;
      token_made_at: Date | null;
      settings_changed_at: Date;
      configured_at: Date | null;
      unavailable_since: Date | null;
      unavailable_reason: string | null;
      read_cursor: string | null;
      next_read_at: Date | null;
      next_whole_read_at: Date | null;
      version: number;
      created_at: Date;
      updated_at: Date;
      stop_told_at: Date | null;
      away_told_at: Date | null;
    },
    | 'kind'
    | 'root_dn'
    | 'account_domain'
    | 'token_hash'
    | 'token_made_at'
    | 'configured_at'
    | 'unavailable_since'
    | 'unavailable_reason'
    | 'read_cursor'
    | 'next_read_at'
    | 'next_whole_read_at'
    | 'version'
    | 'stop_told_at'
    | 'away_told_at',
    'settings'
  >;
  directory_agents: Table<
    {
      context_id: ContextId;
      directory_id: DirectoryId;
      agent_id: AgentId;
      name: string;
      software: string;
      signing_key: unknown;
      encryption_key: unknown;
      status: unknown;
      enrolled_at: Date;
      last_seen_at: Date | null;
      revoked_at: Date | null;
      process_id: string | null;
    },
    'status' | 'last_seen_at' | 'revoked_at' | 'process_id',
    'signing_key' | 'encryption_key' | 'status'
  >;
  directory_changes: Table<
    {
      context_id: ContextId;
      run_id: RunId;
      position: number;
      change: string;
      directory_id: DirectoryId;
      entry_id: string;
      name: string;
      member_entry_id: string | null;
      member_name: string | null;
      before: unknown;
      after: unknown;
      kept: unknown;
      state: 'planned' | 'done' | 'refused' | 'passed-over';
      fault: string | null;
    },
    'member_entry_id' | 'member_name' | 'before' | 'after' | 'kept' | 'fault',
    'before' | 'after' | 'kept'
  >;
  directory_entries: Table<
    {
      context_id: ContextId;
      directory_id: DirectoryId;
      entry_id: string;
      kind: 'person' | 'group';
      dn: string;
      dn_key: string;
      name: string;
      name_key: string;
      search_key: string;
      login: string | null;
      attributes: unknown;
      is_enabled: boolean;
      sid: string | null;
      primary_group: string | null;
      content_hash: string;
      state: 'pending' | 'accepted' | 'rejected';
      reason: string | null;
      is_gone: boolean;
      user_id: UserId | null;
      group_id: GroupId | null;
      deactivated_at: Date | null;
      last_change: unknown;
      wanted_enabled: boolean | null;
      write_tried_at: Date | null;
      write_fault: string | null;
      changed_at: Date;
      created_at: Date;
    },
    | 'login'
    | 'sid'
    | 'primary_group'
    | 'reason'
    | 'is_gone'
    | 'user_id'
    | 'group_id'
    | 'deactivated_at'
    | 'last_change'
    | 'wanted_enabled'
    | 'write_tried_at'
    | 'write_fault',
    'attributes' | 'last_change'
  >;
  directory_members: Table<
    {
      context_id: ContextId;
      directory_id: DirectoryId;
      group_entry_id: string;
      member_entry_id: string;
    },
    never,
    never
  >;
  directory_refusals: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      process_id: string;
      n: number;
      refused_at: Date;
    },
    never,
    never
  >;
  directory_requests: Table<
    {
      context_id: ContextId;
      directory_request_id: DirectoryRequestId;
      directory_id: DirectoryId;
      kind: string;
      body: unknown;
      created_at: Date;
      deadline_at: Date;
      wanted_until: Date;
      agent_id: AgentId | null;
      lease_until: Date | null;
      tries: number;
      answered_at: Date | null;
      answer: unknown;
    },
    'agent_id' | 'lease_until' | 'tries' | 'answered_at' | 'answer',
    'body' | 'answer'
  >;
  directory_runs: Table<
    {
      context_id: ContextId;
      run_id: RunId;
      directory_id: DirectoryId;
      purpose: 'sync' | 'preview' | 'undo';
      is_whole: boolean;
      state: 'reading' | 'planning' | 'stopped' | 'waiting' | 'applying' | 'done' | 'failed' | 'declined';
      actor: unknown;
      directory_request_id: DirectoryRequestId | null;
      tries: number;
      undoes_run_id: RunId | null;
      undone_by_run_id: RunId | null;
      way: string | null;
      cursor_after: string | null;
      counts: unknown;
      stop_reason: string | null;
      fault: string | null;
      fault_detail: string | null;
      done: number;
      total: number;
      batches: number;
      started_at: Date;
      read_at: Date | null;
      finished_at: Date | null;
    },
    | 'is_whole'
    | 'directory_request_id'
    | 'tries'
    | 'undoes_run_id'
    | 'undone_by_run_id'
    | 'way'
    | 'cursor_after'
    | 'stop_reason'
    | 'fault'
    | 'fault_detail'
    | 'done'
    | 'total'
    | 'batches'
    | 'read_at'
    | 'finished_at',
    'actor' | 'counts'
  >;
  directory_staged: Table<
    {
      context_id: ContextId;
      run_id: RunId;
      entry_id: string;
      kind: 'person' | 'group' | 'gone' | 'unusable';
      record: unknown;
      dn_key: string | null;
      content_hash: string | null;
    },
    'dn_key' | 'content_hash',
    'record'
  >;
  directory_staged_members: Table<
    {
      context_id: ContextId;
      run_id: RunId;
      group_entry_id: string;
      member_key: string;
    },
    never,
    never
  >;
  directory_verifiers: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      directory_id: DirectoryId;
      hash: string;
      proven_at: Date;
    },
    never,
    never
  >;
  former_fingerprint_keys: Table<
    {
      purpose: string;
      key_hash: Buffer;
      key_encrypted: string;
      kept_at: Date;
    },
    never,
    never
  >;
  group_members: Table<
    {
      context_id: ContextId;
      group_id: GroupId;
      user_id: UserId;
    },
    never,
    never
  >;
  groups: Table<
    {
      context_id: ContextId;
      group_id: GroupId;
      name: string;
      name_key: string;
      description: string;
      is_everyone: boolean;
      created_at: Date;
      updated_at: Date;
      version: number;
    },
    'description' | 'is_everyone' | 'version',
    never
  >;
  known_browsers: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      browser_hash: Buffer;
      user_agent: string;
      first_at: Date;
      last_at: Date;
      remembered_until: Date | null;
      failed: number;
      failed_at: Date | null;
      remembered_at: Date | null;
      pending: number;
      is_proven: boolean;
    },
    'remembered_until' | 'failed' | 'failed_at' | 'remembered_at' | 'pending' | 'is_proven',
    never
  >;
  last_sign_ins: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      at: Date;
    },
    never,
    never
  >;
  launchpad_entries: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      application_id: ApplicationId;
      is_favourite: boolean;
      added_at: Date;
    },
    'is_favourite',
    never
  >;
  master_keys: Table<
    {
      key_id: string;
      proof: string;
      noted_at: Date;
    },
    never,
    never
  >;
  metadata_certificates: Table<
    {
      context_id: ContextId;
      fingerprint: string;
      certificate: string;
      private_key_encrypted: string;
      not_after: Date;
      created_at: Date;
    },
    never,
    never
  >;
  oidc_artifacts: Table<
    {
      context_id: ContextId;
      kind: string;
      id_hash: Buffer;
      payload: unknown;
      grant_key: Buffer | null;
      uid: string | null;
      session_id: SessionId | null;
      user_code: string | null;
      account_id: string | null;
      consumed_at: Date | null;
      expires_at: Date | null;
    },
    'grant_key' | 'uid' | 'session_id' | 'user_code' | 'account_id' | 'consumed_at' | 'expires_at',
    'payload'
  >;
  one_time_links: Table<
    {
      context_id: ContextId;
      link_id: string;
      kind: string;
      user_id: UserId | null;
      token_hash: Buffer;
      created_at: Date;
      expires_at: Date;
      ended_at: Date | null;
      address_key: string | null;
      payload: unknown;
    },
    'user_id' | 'ended_at' | 'address_key' | 'payload',
    'payload'
  >;
  operation_files: Table<
    {
      context_id: ContextId;
      operation_id: OperationId;
      part: number;
      content: Buffer;
    },
    never,
    never
  >;
  operation_items: Table<
    {
      context_id: ContextId;
      operation_id: OperationId;
      position: number;
      user_id: UserId;
      outcome: string | null;
    },
    'outcome',
    never
  >;
  operations: Table<
    {
      context_id: ContextId;
      operation_id: OperationId;
      kind: string;
      requested_by: UserId;
      actor: unknown;
      input: unknown;
      state: 'draft' | 'waiting' | 'running' | 'done' | 'failed';
      total: number;
      done: number;
      refused: number;
      fault: string | null;
      file_name: string | null;
      created_at: Date;
      finished_at: Date | null;
      run: number;
    },
    'done' | 'refused' | 'fault' | 'file_name' | 'finished_at' | 'run',
    'actor' | 'input'
  >;
  own_values: Table<
    {
      context_id: ContextId;
      kind: string;
      key: string;
      path: string;
      value: string;
      said_at: Date;
    },
    never,
    never
  >;
  page_failures: Table<
    {
      context_id: ContextId;
      support_code: string;
      hour: Date;
      fold_key: Buffer;
      code: string;
      status: number;
      page: string;
      user_id: UserId | null;
      application_id: ApplicationId | null;
      facts: unknown;
      n: number;
      first_at: Date;
      last_at: Date;
      http_request: string | null;
    },
    'user_id' | 'application_id' | 'http_request',
    'facts'
  >;
  partner_metadata: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      checked_at: Date;
      fault: string | null;
      proposed: unknown;
      ignored: unknown;
      url: string | null;
      fault_detail: string | null;
      left_out: unknown;
    },
    'fault' | 'proposed' | 'ignored' | 'url' | 'fault_detail' | 'left_out',
    'proposed' | 'ignored' | 'left_out'
  >;
  password_history: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      hash: string;
      replaced_at: Date;
    },
    never,
    never
  >;
  passwords: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      hash: string;
      must_change: boolean;
      temporary_encrypted: string | null;
      changed_at: Date;
    },
    'temporary_encrypted',
    never
  >;
  pending_requests: Table<
    {
      context_id: ContextId;
      request_id: RequestId;
      browser_hash: Buffer;
      destination: unknown;
      application_id: ApplicationId | null;
      demands: unknown;
      proven: unknown;
      created_at: Date;
      expires_at: Date;
      finished_at: Date | null;
    },
    'application_id' | 'demands' | 'proven' | 'finished_at',
    'destination' | 'demands' | 'proven'
  >;
  persistent_name_ids: Table<
    {
      context_id: ContextId;
      application_id: ApplicationId;
      user_id: UserId;
      name_id: string;
      created_at: Date;
    },
    never,
    never
  >;
  planned_deactivations: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      starts_on: string;
      ends_on: string;
      description: string;
      began_at: Date | null;
      version: number;
    },
    'began_at',
    never
  >;
  promotion_objects: Table<
    {
      context_id: ContextId;
      promotion_id: PromotionId;
      position: number;
      kind: string;
      key: string;
      name: string;
      action: 'add' | 'change' | 'remove';
      fields: unknown;
      is_undone: boolean;
      stays_because: unknown;
    },
    'is_undone' | 'stays_because',
    'fields' | 'stays_because'
  >;
  promotions: Table<
    {
      context_id: ContextId;
      promotion_id: PromotionId;
      source_code: string;
      state: 'proposed' | 'declined' | 'applied' | 'undone';
      fingerprint: string;
      choice: unknown;
      asked_by: unknown;
      asked_at: Date;
      decided_by: unknown;
      decided_at: Date | null;
      undone_by: unknown;
      undone_at: Date | null;
    },
    'decided_by' | 'decided_at' | 'undone_by' | 'undone_at',
    'choice' | 'asked_by' | 'decided_by' | 'undone_by'
  >;
  recovery_codes: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      code_hash: Buffer;
      created_at: Date;
      used_at: Date | null;
    },
    'used_at',
    never
  >;
  refusal_counts: Table<
    {
      context_id: ContextId;
      hour: Date;
      fold_key: Buffer;
      type: string;
      reason: string;
      application_id: ApplicationId | null;
      user_id: UserId | null;
      event_id: string;
      support_code: string | null;
      n: number;
      first_at: Date;
      last_at: Date;
      last_source: string;
      last_details: unknown;
      sources: unknown;
      closed_at: Date | null;
    },
    'application_id' | 'user_id' | 'support_code' | 'closed_at',
    'last_details' | 'sources'
  >;
  saml_certificates: Table<
    {
      context_id: ContextId;
      fingerprint: string;
      alg: 'RS256' | 'ES256';
      status: 'published' | 'signing' | 'retired';
      certificate: string;
      private_key_encrypted: string;
      not_after: Date;
      created_at: Date;
      signing_since: Date | null;
      retired_at: Date | null;
    },
    'signing_since' | 'retired_at',
    never
  >;
  saved_views: Table<
    {
      context_id: ContextId;
      view_id: string;
      owner_id: string | null;
      name: string;
      query: string;
      created_at: Date;
    },
    'owner_id',
    never
  >;
  second_factors: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      factor_id: string;
      kind: string;
      name: string;
      created_at: Date;
      last_used_at: Date | null;
      secret_encrypted: string | null;
      last_step: number | null;
      credential_id: string | null;
      public_key: Buffer | null;
      sign_count: number | null;
      transports: string[] | null;
      is_backed_up: boolean | null;
    },
    'last_used_at' | 'secret_encrypted' | 'last_step' | 'credential_id' | 'public_key' | 'sign_count' | 'transports' | 'is_backed_up',
    never
  >;
  session_participants: Table<
    {
      context_id: ContextId;
      session_id: SessionId;
      application_id: ApplicationId;
      protocol: 'oidc' | 'saml';
      protocol_session: string;
      joined_at: Date;
      notified_at: Date | null;
      name_ids: unknown;
    },
    'notified_at' | 'name_ids',
    'name_ids'
  >;
  sessions: Table<
    {
      context_id: ContextId;
      session_id: SessionId;
      token_hash: Buffer;
      user_id: UserId;
      amr: string[];
      authenticated_at: Date;
      created_at: Date;
      seen_at: Date;
      expires_at: Date;
      ended_at: Date | null;
      end_reason: string | null;
      ip: string;
      user_agent: string;
      idle_seconds: number;
      is_kept: boolean;
      is_directory_away: boolean;
    },
    'ended_at' | 'end_reason' | 'idle_seconds' | 'is_kept' | 'is_directory_away',
    never
  >;
  sign_in_attempts: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      failed: number;
      last_at: Date;
      pending: number;
    },
    'pending',
    never
  >;
  sign_in_policies: Table<
    {
      context_id: ContextId;
      rules: unknown;
      rules_before: unknown;
      reverts_at: Date | null;
      version: number;
      changed_at: Date;
    },
    'rules_before' | 'reverts_at' | 'version',
    'rules' | 'rules_before'
  >;
  signing_keys: Table<
    {
      context_id: ContextId;
      kid: string;
      alg: 'ES256' | 'RS256';
      status: 'published' | 'signing' | 'retired';
      public_jwk: unknown;
      private_jwk_encrypted: string;
      created_at: Date;
      signing_since: Date | null;
      retired_at: Date | null;
    },
    'signing_since' | 'retired_at',
    'public_jwk'
  >;
  simulation_findings: Table<
    {
      context_id: ContextId;
      operation_id: OperationId;
      run: number;
      position: number;
      user_id: UserId;
      application_id: ApplicationId | null;
      effect: 'refused' | 'asked';
      reasons: unknown;
    },
    'application_id',
    'reasons'
  >;
  simulations: Table<
    {
      context_id: ContextId;
      operation_id: OperationId;
      run: number;
      people: number;
      refused: number;
      asked: number;
      reasons: unknown;
    },
    never,
    'reasons'
  >;
  store_checks: Table<
    {
      id: number;
      checked_at: Date;
    },
    never,
    never
  >;
  subject_keys: Table<
    {
      context_id: ContextId;
      key_encrypted: string;
      created_at: Date;
    },
    never,
    never
  >;
  terms_acceptances: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      edition: number;
      accepted_at: Date;
      locale: string;
      ip: string;
    },
    never,
    never
  >;
  terms_editions: Table<
    {
      context_id: ContextId;
      edition: number;
      texts: unknown;
      published_at: Date;
    },
    never,
    'texts'
  >;
  traced_exchanges: Table<
    {
      context_id: ContextId;
      exchange_id: string;
      application_id: ApplicationId;
      at: Date;
      protocol: 'oidc' | 'saml';
      direction: 'received' | 'sent';
      name: string;
      reason: string | null;
      content: string;
      claimed_issuer: string | null;
      is_proven: boolean;
      http_request: string | null;
    },
    'reason' | 'claimed_issuer' | 'is_proven' | 'http_request',
    never
  >;
  user_counts: Table<
    {
      context_id: ContextId;
      entry_id: number;
      role: string;
      status: string;
      n: number;
    },
    never,
    never
  >;
  user_photos: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      content_type: 'image/png' | 'image/jpeg' | 'image/webp';
      content: Buffer;
      etag: string;
    },
    never,
    never
  >;
  users: Table<
    {
      context_id: ContextId;
      user_id: UserId;
      email: string | null;
      email_key: string | null;
      email_verified: boolean;
      username: string | null;
      username_key: string | null;
      first_name: string;
      last_name: string;
      name_key: string;
      role: 'administrator' | 'regular';
      status: 'activated' | 'invited' | 'deactivated' | 'blocked';
      status_changed_at: Date;
      department: string | null;
      locale: string | null;
      created_at: Date;
      updated_at: Date;
      version: number;
      custom_values: unknown;
      recovery_email: string | null;
      terms_edition: number | null;
      proofs_after: Date | null;
      seen_locale: string | null;
      deleting_since: Date | null;
      deactivated_from: string | null;
      login_search: string | null;
      email_verified_by: 'link' | 'file' | 'directory' | null;
    },
    | 'email'
    | 'email_key'
    | 'email_verified'
    | 'username'
    | 'username_key'
    | 'department'
    | 'locale'
    | 'version'
    | 'custom_values'
    | 'recovery_email'
    | 'terms_edition'
    | 'proofs_after'
    | 'seen_locale'
    | 'deleting_since'
    | 'deactivated_from'
    | 'login_search'
    | 'email_verified_by',
    'custom_values'
  >;
};
