import { type AgentId, type ContextId, type DirectoryId, type ServerScope, useCase } from '../../scope.ts';
import { listAgents, noteDirectoryState } from './agents.ts';
import { lockDirectory } from './store.ts';

/** An agent that no server process has seen for so long is not connected. */
const absentMs = 15_000;
const connectedSince = (now: Date) => new Date(now.getTime() - absentMs);

/** They are connected now. Over all companies. @returns those that may still speak */
export async function noteAgentsConnected(
  { db, clock }: ServerScope,
  agents: { contextId: ContextId; agentId: AgentId }[],
): Promise<Set<AgentId>> {
  const { rows } = await db.raw<{ rows: { agent_id: AgentId }[] }>(
    `UPDATE directory_agents a SET last_seen_at = ? FROM unnest(?::uuid[], ?::uuid[]) AS n (context_id, agent_id)
     WHERE a.context_id = n.context_id AND a.agent_id = n.agent_id AND a.revoked_at IS NULL RETURNING a.agent_id`,
    [clock.now(), agents.map(({ contextId }) => contextId), agents.map(({ agentId }) => agentId)],
  );
  return new Set(rows.map(({ agent_id }) => agent_id));
}

/** Directories of all companies whose state is another than their agents say (followAgents). */
export async function findStaleDirectories({ db, clock }: ServerScope): Promise<{ contextId: ContextId; directoryId: DirectoryId }[]> {
  const { rows } = await db.raw<{ rows: { context_id: ContextId; directory_id: DirectoryId }[] }>(
    `SELECT d.context_id, d.directory_id FROM directories d
     CROSS JOIN LATERAL (SELECT count(*) AS connected, bool_or((a.status->>'isUp')::boolean) AS is_up FROM directory_agents a
       WHERE a.context_id = d.context_id AND a.directory_id = d.directory_id AND a.revoked_at IS NULL AND a.last_seen_at > ?) AS a
     WHERE CASE WHEN d.configured_at IS NULL THEN a.is_up
       WHEN a.connected = 0 THEN d.unavailable_reason IS DISTINCT FROM 'no-agent'
       ELSE a.is_up = (d.unavailable_since IS NOT NULL) OR (NOT a.is_up AND d.unavailable_reason = 'no-agent') END`,
    [connectedSince(clock.now())],
  );
  return rows.map((row) => ({ contextId: row.context_id, directoryId: row.directory_id }));
}

/** The directory is up where one of its connected agents says so. One that has said nothing yet says nothing. @throws AppError not_found */
export const followAgents = useCase(async (scope, directoryId: DirectoryId): Promise<void> => {
  await lockDirectory(scope, directoryId);
  const since = connectedSince(scope.clock.now());
  const connected = (await listAgents(scope, directoryId)).filter(({ lastSeenAt }) => lastSeenAt && lastSeenAt > since);
  if (connected.length === 0) return noteDirectoryState(scope, directoryId, { isUp: false, reason: 'no-agent' });
  const statuses = connected.map(({ status }) => status).filter((status) => status !== undefined);
  const status = statuses.find(({ isUp }) => isUp) ?? statuses[0];
  if (!status) return;
  const { isUp, kind, rootDn, accountDomain, servers } = status;
  const reason = servers.find((server) => !server.isUp && server.fault)?.fault ?? 'directory-away';
  await noteDirectoryState(scope, directoryId, { isUp, kind, rootDn, accountDomain, ...(isUp ? {} : { reason }) });
});
