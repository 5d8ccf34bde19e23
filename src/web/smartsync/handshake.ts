import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { type Agent, getAgent } from '../../domain/people/directories/index.ts';
import type { Scope } from '../../domain/scope.ts';
import { randomToken } from '../../platform/crypto/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Log } from '../../platform/log/index.ts';
import { agentMessage, isCompatible, protocolVersion, verifyNonce } from '../../smartsync-protocol/index.ts';
import { countRefused } from './count-refused.ts';
import { closeFor, readMessage, say } from './frames.ts';

const proofWithinMs = 5000;

const reasons = {
  'unknown-agent': 'agent-unknown',
  revoked: 'agent-revoked',
  'wrong-proof': 'agent-wrong-proof',
  incompatible: 'agent-incompatible',
} as const;

/**
 * Asks who dials in. The nonce is of this connection alone, and one proof is heard, so that none is of use twice.
 * @param audience the company's configured address, whatever was dialled. @returns undefined when it is nobody: then it was told why, and the connection ends
 */
export async function meetAgent(
  socket: WebSocket,
  scope: Scope,
  audience: string,
  software: string,
  log: Log,
): Promise<{ agent: Agent; software: string } | undefined> {
  const nonce = randomToken();
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const heard = once(socket, 'message', { signal: AbortSignal.any([AbortSignal.timeout(proofWithinMs), gone.signal]) });
  say(socket, { type: 'challenge', nonce, protocol: protocolVersion, software });
  const [data] = (await heard.catch(() => [])) as [unknown?];
  if (data === undefined) return closeFor(socket, 'no proof came in time');
  socket.pause(); // nothing else is heard before it is known who speaks
  const { data: proof } = agentMessage.safeParse(readMessage(data));
  if (proof?.type !== 'proof') return closeFor(socket, 'a proof has to come first');
  const refuse = async (reason: keyof typeof reasons, agent?: Agent): Promise<undefined> => {
    say(socket, { type: 'refused', reason });
    closeFor(socket, reason);
    await countRefused(scope, log, reasons[reason], { agent: agent?.name ?? proof.agentId, software: proof.software });
  };
  if (!isCompatible(proof.protocol)) return refuse('incompatible');
  const agent = await getAgent(scope, proof.agentId).catch((error) => {
    if (error instanceof AppError) return undefined;
    throw error;
  });
  if (!agent) return refuse('unknown-agent');
  if (!(await verifyNonce(proof.signature, nonce, audience, agent.agentId, agent.signingKey))) return refuse('wrong-proof', agent);
  if (agent.revokedAt) return refuse('revoked', agent);
  return { agent, software: proof.software };
}
