import { type AgentId, type ContextId, type DirectoryId, type ServerScope, useCase } from '../../scope.ts';
import { connectedSince } from './agent-processes.ts';
import { type Agent, listAgents, noteAgentGone } from './agents.ts';
import { noteDirectoryState } from './directory-state.ts';
import { lockDirectory } from './store.ts';

type DirectoryKey = { contextId: ContextId; directoryId: DirectoryId };

/** @param now of the reader's clock */
export const isConnected = ({ lastSeenAt }: Agent, now: Date): boolean => lastSeenAt !== undefined && lastSeenAt > connectedSince(now);

const places = ['kind', 'rootDn', 'accountDomain'] as const;
type Place = (typeof places)[number];

/** What those say that are connected and reach it, but for how a name is written. */
function saidOf(agents: Agent[], place: Place, now: Date): string[] {
  const said = agents.filter((agent) => agent.status?.isUp && isConnected(agent, now)).map(({ status }) => status![place]);
  const by = new Map(said.filter((one) => one !== undefined).map((one) => [one.toLowerCase().replace(/\s/g, ''), one]));
  return [...by.values()];
}

/** Whether agents of one directory stand beside different ones. */
export const areAtOdds = (agents: Agent[], now: Date): boolean =>
  (['kind', 'rootDn'] as const).some((place) => saidOf(agents, place, now).length > 1);

/** Over all companies. @returns those of these agents that may still speak */
export async function findSpeakingAgents({ db }: ServerScope, agents: { contextId: ContextId; agentId: AgentId }[]): Promise<Set<AgentId>> {
  const { rows } = await db.raw<{ rows: { agent_id: AgentId }[] }>(
    `SELECT a.agent_id FROM directory_agents a JOIN unnest(?::uuid[], ?::uuid[]) AS n (context_id, agent_id) USING (context_id, agent_id) WHERE a.revoked_at IS NULL`,
    [agents.map(({ contextId }) => contextId), agents.map(({ agentId }) => agentId)],
  );
  return new Set(rows.map(({ agent_id }) => agent_id));
}

/** Directories of all companies whose state is another than their agents say (followAgents). Those without an agent cost nothing. */
export async function findStaleDirectories({ db, clock }: Pick<ServerScope, 'db' | 'clock'>): Promise<DirectoryKey[]> {
  const { rows } = await db.raw<{ rows: { context_id: ContextId; directory_id: DirectoryId }[] }>(
    `SELECT d.context_id, d.directory_id
     FROM (SELECT a.context_id, a.directory_id, count(*) FILTER (WHERE s.is_connected) AS connected, bool_or((a.status->>'isUp')::boolean) FILTER (WHERE s.is_connected) AS is_up
       FROM directory_agents a LEFT JOIN agent_processes p ON p.process_id = a.process_id
       CROSS JOIN LATERAL (SELECT a.revoked_at IS NULL AND GREATEST(a.last_seen_at, p.beat_at) > ? AS is_connected) AS s
       GROUP BY a.context_id, a.directory_id) AS a
     CROSS JOIN LATERAL (SELECT * FROM directories WHERE (context_id, directory_id) = (a.context_id, a.directory_id) LIMIT 1) AS d
     WHERE CASE WHEN d.configured_at IS NULL THEN a.is_up
       WHEN a.connected = 0 THEN d.unavailable_reason IS DISTINCT FROM 'no-agent'
       ELSE a.is_up = (d.unavailable_since IS NOT NULL) OR (NOT a.is_up AND d.unavailable_reason = 'no-agent') END`,
    [connectedSince(clock.now())],
  );
  return rows.map((row) => ({ contextId: row.context_id, directoryId: row.directory_id }));
}

/** An agent's connection to this process ended at `since` and it did not come back: the state of its directory does not wait until it is absent. */
type Lost = { agentId: AgentId; since: Date; processId?: string };

/** @throws AppError not_found */
export const followLostAgent = useCase(async (scope, directoryId: DirectoryId, { agentId, since, processId }: Lost): Promise<void> => {
  await noteAgentGone(scope, agentId, since, processId);
  await followAgents(scope, directoryId);
});

/** The directory is up where one of its connected agents says so. One that has said nothing yet says nothing. @throws AppError not_found */
export const followAgents = useCase(async (scope, directoryId: DirectoryId): Promise<void> => {
  await lockDirectory(scope, directoryId);
  const now = scope.clock.now();
  const connected = (await listAgents(scope, directoryId)).filter((agent) => isConnected(agent, now));
  if (connected.length === 0) return noteDirectoryState(scope, directoryId, { isUp: false, reason: 'no-agent' });
  const statuses = connected.map(({ status }) => status).filter((status) => status !== undefined);
  const status = statuses.find(({ isUp }) => isUp) ?? statuses[0];
  if (!status) return;
  const { isUp, servers } = status;
  const reason = servers.find((server) => !server.isUp && server.fault)?.fault ?? 'directory-away';
  // where they differ, what there is stays
  const found = places.map((place) => [place, saidOf(connected, place, now)] as const).filter(([, said]) => said.length === 1);
  const agreed = Object.fromEntries(found.map(([place, [said]]) => [place, said]));
  await noteDirectoryState(scope, directoryId, { isUp, ...agreed, ...(isUp ? {} : { reason }) });
});
