import { hashToken, newId, sha256 } from '../../../platform/crypto/index.ts';
import { jsonText, notifyChange } from '../../../platform/database/index.ts';
import { AppError, notFound } from '../../../platform/errors/index.ts';
import { type DirectoryStatus, type Enrolment, findUnusableKey, type SealedKey } from '../../../smartsync-protocol/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Row } from '../../rows.ts';
import { type AgentId, type DirectoryId, isId, type Scope, type Transaction, useCase } from '../../scope.ts';
import { absentMs } from './agent-processes.ts';
import { type Directory, directories, getDirectory, isTokenValid, lockDirectory } from './store.ts';
import { tellAdministrators, timeOf } from './tell-administrators.ts';

/** An agent beside a directory, for which it speaks as long as it is not revoked. */
export type Agent = {
  agentId: AgentId;
  directoryId: DirectoryId;
  /** Of its machine, as it said when it enrolled. */
  name: string;
  software: string;
  signingKey: Enrolment['signingKey'];
  encryptionKey: SealedKey['encryptionKey'];
  status?: DirectoryStatus;
  enrolledAt: Date;
  /** As long as it is connected, when its process last said so. */
  lastSeenAt?: Date;
  revokedAt?: Date;
};

type AgentRow = Row<
  'directory_agents',
  { signing_key: Agent['signingKey']; encryption_key: Agent['encryptionKey']; status: DirectoryStatus | null }
>;

const fromRow = (row: AgentRow): Agent => ({
  agentId: row.agent_id,
  directoryId: row.directory_id,
  name: row.name,
  software: row.software,
  signingKey: row.signing_key,
  encryptionKey: row.encryption_key,
  status: row.status ?? undefined,
  enrolledAt: row.enrolled_at,
  lastSeenAt: row.last_seen_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
});

/** Of its key, to compare by eye with what its own page shows: SHA-256 of the 32 bytes, the first half, in hexadecimal. */
export const fingerprintOf = ({ signingKey }: Agent): string =>
  sha256(Buffer.from(signingKey.x, 'base64url')).toString('hex').slice(0, 32).match(/.{4}/g)!.join(' ');

const agents = ({ db, contextId }: Scope) => db('directory_agents').where('directory_agents.context_id', contextId);

const read = (scope: Scope) =>
  agents(scope)
    .leftJoin('agent_processes as p', 'p.process_id', 'directory_agents.process_id')
    .select('directory_agents.*', scope.db.raw('GREATEST(directory_agents.last_seen_at, p.beat_at) AS last_seen_at'));

/** Also one that is revoked. @throws AppError not_found */
export async function getAgent(scope: Scope, agentId: string): Promise<Agent> {
  const row = isId(agentId) ? await read(scope).where('agent_id', agentId).first() : undefined;
  if (!row) throw notFound();
  return fromRow(row as AgentRow);
}

/** Of each of these directories those that may speak for it, the oldest first. */
export async function listAgentsOf(scope: Scope, directoryIds: DirectoryId[]): Promise<Map<DirectoryId, Agent[]>> {
  const rows = await read(scope)
    .whereRaw('directory_id = ANY(?::uuid[])', [directoryIds])
    .where('revoked_at', null)
    .orderBy(['enrolled_at', 'agent_id']);
  return Map.groupBy(
    rows.map((row) => fromRow(row as AgentRow)),
    ({ directoryId }) => directoryId,
  );
}

export const listAgents = async (scope: Scope, directoryId: DirectoryId): Promise<Agent[]> =>
  (await listAgentsOf(scope, [directoryId])).get(directoryId) ?? [];

const most = 20;

/** The token buys an identity of its own for an agent that begins. Of one that is not the first, administrators are told: the token may be stolen. @throws AppError token_unknown, token_expired, agent_key_unusable, agents_full */
export const enrolAgent = useCase(async (scope, { token, ...agent }: Enrolment): Promise<{ agentId: AgentId; directory: Directory }> => {
  const row = await directories(scope).where('token_hash', hashToken(token).toString('base64url')).forNoKeyUpdate().first('directory_id');
  if (!row) throw new AppError('token_unknown', 401);
  const key = await findUnusableKey(agent);
  if (key) throw new AppError('agent_key_unusable', 400, { params: { key } });
  const directory = await getDirectory(scope, row.directory_id);
  if (!isTokenValid(directory, scope.clock.now())) throw new AppError('token_expired', 401);
  if ((await listAgents(scope, directory.directoryId)).length >= most) throw new AppError('agents_full', 409, { params: { most } });
  const isFirst = !(await agents(scope).where('directory_id', directory.directoryId).first('agent_id'));
  const now = scope.clock.now();
  const agentId = newId(now.getTime()) as AgentId;
  await scope.db('directory_agents').insert({
    context_id: scope.contextId,
    directory_id: directory.directoryId,
    agent_id: agentId,
    name: agent.name,
    software: agent.software,
    signing_key: jsonText(agent.signingKey),
    encryption_key: jsonText(agent.encryptionKey),
    enrolled_at: now,
    last_seen_at: now,
  });
  await recordEvent(scope, {
    type: 'directory.agent-enrolled',
    subject: { kind: 'directory', id: directory.directoryId, name: directory.name },
    details: { agent: agent.name, software: agent.software },
  });
  if (!isFirst) await tellAdministrators(scope, directory, 'agent_enrolled', { agent: agent.name, time: timeOf(now) });
  await notifyChange(scope.db, scope.contextId);
  return { agentId, directory };
});

/** Its connection ends, and it never comes back. @throws AppError not_found */
export const revokeAgent = useCase(async (scope, agentId: string): Promise<void> => {
  const agent = await getAgent(scope, agentId);
  if (agent.revokedAt) return;
  const directory = await lockDirectory(scope, agent.directoryId);
  await agents(scope).where('agent_id', agent.agentId).update({ revoked_at: scope.clock.now() });
  await recordEvent(scope, {
    type: 'directory.agent-revoked',
    subject: { kind: 'directory', id: directory.directoryId, name: directory.name },
    details: { agent: agent.name },
  });
  await notifyChange(scope.db, scope.contextId);
});

/** What it said of its directory and itself, where it said something new, and the process to which it is connected. */
type News = { status?: DirectoryStatus; software?: string; processId?: string };

export async function noteAgentSeen(scope: Scope, agentId: AgentId, { status, software, processId }: News = {}): Promise<void> {
  await agents(scope)
    .where('agent_id', agentId)
    .update({
      last_seen_at: scope.clock.now(),
      ...(status ? { status: jsonText(status) } : {}),
      ...(software ? { software } : {}),
      ...(processId ? { process_id: processId } : {}),
    });
}

/** Its last connection to this process ended at `since`: unless it was seen after that, or is connected to another one, it counts as one that nobody has seen for `absentMs`. */
export async function noteAgentGone(scope: Transaction, agentId: AgentId, since: Date, processId?: string): Promise<void> {
  await agents(scope)
    .where({ agent_id: agentId, process_id: processId ?? null })
    .where('last_seen_at', '<=', since)
    .update({ last_seen_at: new Date(since.getTime() - absentMs), process_id: null });
}
