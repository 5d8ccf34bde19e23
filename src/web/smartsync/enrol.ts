import type { IncomingMessage, ServerResponse } from 'node:http';
import { enrolAgent } from '../../domain/people/directories/index.ts';
import { reserveCodeGuess, returnCodeGuess } from '../../domain/records/attempts/index.ts';
import { openScope } from '../../domain/scope.ts';
import { AppError } from '../../platform/errors/index.ts';
import { readBody, sendFault } from '../../platform/http/index.ts';
import { type Enrolment, enrolment, enrolmentAnswer, isCompatible } from '../../smartsync-protocol/index.ts';
import { anonymousActor, clientOf, type ResolvedContext, type Services } from '../request/index.ts';
import { countRefused, type RefusedReason } from './count-refused.ts';

const mostBytes = 16_384;

const refusals: Record<string, RefusedReason> = { token_unknown: 'agent-token-unknown', token_expired: 'agent-token-expired' };

/** Exchanges the token for an identity. Errors have the form of RFC 6749 §5.2: `error`, a code, and `error_description`, a sentence. */
export async function handleEnrolment(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  context: ResolvedContext,
): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  try {
    const scope = openScope(services, context.contextId, anonymousActor(clientOf(services, request)));
    const asked = await readEnrolment(request);
    if (!isCompatible(asked.protocol)) throw new AppError('agent_incompatible', 426);
    if (!(await reserveCodeGuess(scope, 'token'))) throw new AppError('too_many_tokens', 429);
    const { agentId, directory } = await enrolAgent(scope, asked).catch(async (error) => {
      if (!(error instanceof AppError)) throw error;
      const reason = refusals[error.code];
      if (error.code !== 'token_unknown') await returnCodeGuess(scope, 'token');
      if (reason) await countRefused(scope, services.log, reason, { agent: asked.name });
      throw error;
    });
    await returnCodeGuess(scope, 'token');
    services.forgetCached(context.contextId);
    response.writeHead(201, { 'content-type': 'application/json; charset=utf-8' });
    response.end(`${JSON.stringify(enrolmentAnswer.parse({ agentId, directoryId: directory.directoryId, directory: directory.name }))}\n`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.status === 429) response.setHeader('retry-after', '3600');
    sendFault(response, error.status, error.code, services.i18n.for('en')(error.publicMessage, error.params));
  }
}

async function readEnrolment(request: IncomingMessage): Promise<Enrolment> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new AppError('unsupported_media_type', 415);
  const body = await readBody(request, mostBytes);
  let content: unknown;
  try {
    content = JSON.parse(body.toString());
  } catch (cause) {
    throw new AppError('malformed_body', 400, { cause });
  }
  const read = enrolment.safeParse(content);
  if (!read.success) throw new AppError('malformed_body', 400, { cause: read.error });
  return read.data;
}
