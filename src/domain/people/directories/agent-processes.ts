import type { ContextId, DirectoryId, ServerScope } from '../../scope.ts';

/** A process that has said nothing for so long is gone, and all agents that were connected to it. */
export const absentMs = 15_000;

/** @param now of the reader's clock */
export const connectedSince = (now: Date): Date => new Date(now.getTime() - absentMs);

/**
 * This process is alive, and so are all agents that are connected to it: one row, however many they are.
 * @returns whether nobody knew of it, or others have taken it for gone: then its agents count as gone until they are claimed
 */
export async function noteProcess({ db, clock }: ServerScope, processId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { is_new: boolean }[] }>(
    `WITH before AS (SELECT 1 FROM agent_processes WHERE process_id = :processId AND claimed_at IS NULL)
     INSERT INTO agent_processes (process_id, beat_at) VALUES (:processId, :now)
     ON CONFLICT (process_id) DO UPDATE SET beat_at = excluded.beat_at, claimed_at = NULL RETURNING NOT EXISTS (SELECT 1 FROM before) AS is_new`,
    { processId, now: clock.now() },
  );
  return rows[0]!.is_new;
}

type AgentKey = { contextId: ContextId; agentId: string };
type DirectoryKey = { contextId: ContextId; directoryId: DirectoryId };

const keysOf = (rows: { context_id: ContextId; directory_id: DirectoryId }[]): DirectoryKey[] =>
  rows.map((row) => ({ contextId: row.context_id, directoryId: row.directory_id }));

/** Agents that are connected to this process, and of which no process says that they are. Writes nothing where there are none. @returns whose state may be another now */
export async function claimAgents({ db }: ServerScope, processId: string, agents: AgentKey[]): Promise<DirectoryKey[]> {
  const { rows } = await db.raw<{ rows: { context_id: ContextId; directory_id: DirectoryId }[] }>(
    `UPDATE directory_agents a SET process_id = ? FROM unnest(?::uuid[], ?::uuid[]) AS n (context_id, agent_id)
     WHERE a.context_id = n.context_id AND a.agent_id = n.agent_id AND a.process_id IS NULL AND a.revoked_at IS NULL RETURNING a.context_id, a.directory_id`,
    [processId, agents.map(({ contextId }) => contextId), agents.map(({ agentId }) => agentId)],
  );
  return keysOf(rows);
}

/** So long a process has to see to another that is gone, before a third one does. */
const claimMs = 30_000;

/** Processes that ended without a word. Of several that look at once one gets each. */
export async function takeLostProcesses({ db, clock }: ServerScope): Promise<string[]> {
  const now = clock.now();
  const { rows } = await db.raw<{ rows: { process_id: string }[] }>(
    `UPDATE agent_processes SET claimed_at = :now WHERE beat_at <= :since AND (claimed_at IS NULL OR claimed_at <= :claimed) RETURNING process_id`,
    { now, since: connectedSince(now), claimed: new Date(now.getTime() - claimMs) },
  );
  return rows.map(({ process_id }) => process_id);
}

/** The directories of agents that were connected to them, and to no other process since. */
export async function listDirectoriesOfProcesses({ db }: ServerScope, processIds: string[]): Promise<DirectoryKey[]> {
  const { rows } = await db.raw<{ rows: { context_id: ContextId; directory_id: DirectoryId }[] }>(
    'SELECT DISTINCT context_id, directory_id FROM directory_agents WHERE process_id = ANY(?::uuid[]) AND revoked_at IS NULL',
    [processIds],
  );
  return keysOf(rows);
}

/** All is done that was to be done about them. One that lives after all says so again. */
export async function forgetProcesses({ db }: ServerScope, processIds: string[]): Promise<void> {
  await db.raw(
    `WITH gone AS (DELETE FROM agent_processes WHERE process_id = ANY(?::uuid[]) AND claimed_at IS NOT NULL RETURNING process_id, beat_at)
     UPDATE directory_agents a SET process_id = NULL, last_seen_at = GREATEST(a.last_seen_at, g.beat_at) FROM gone g WHERE a.process_id = g.process_id`,
    [processIds],
  );
}
