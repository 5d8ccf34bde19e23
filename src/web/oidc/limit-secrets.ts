import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppError } from '../../platform/errors/index.ts';
import { sendFault } from '../../platform/http/index.ts';
import { noteInLog } from '../../platform/log/index.ts';
import { networkOf } from '../../platform/net/index.ts';
import { clientOf, type ResolvedContext, type Services } from '../request/index.ts';
import { type ContextProvider, currentOp } from './context-provider.ts';
import { basicUser } from './count-refused.ts';
import { isForPrograms } from './endpoints.ts';
import { type LimitSecrets, tooManySecrets } from './library/index.ts';
import { secretGuessesOf } from './secret-guesses.ts';

const kind = 'client-secret';

/** @param what client ID, or a placeholder for unknown ones */
const placeOf = (services: Services, context: ResolvedContext, request: IncomingMessage, what: string): string =>
  `${context.contextId} ${what} ${networkOf(clientOf(services, request).ip)}`;

/** Of one application ten wrong ones of an address (secret-guesses.ts); of all together what an address may. Where the application has authenticated the right one is never refused. */
export const limitClientSecrets: LimitSecrets = async (ctx, clientId, secret, isRight) => {
  const op = currentOp();
  const { services, context } = op;
  const place = placeOf(services, context, ctx.req, clientId);
  const guesses = secretGuessesOf(services);
  const from = { ip: clientOf(services, ctx.req).ip };
  const refusal = guesses.hasSucceeded(place) ? undefined : await services.limits.check(op.scope(), kind, from);
  if (refusal) return refusal.retryAfterSeconds;
  const { waitSeconds, isNew } = guesses.judge(place, secret, isRight);
  if (waitSeconds !== undefined || !isNew) return waitSeconds;
  return (await services.limits.count(op.scopeFrom(ctx), kind, from))?.retryAfterSeconds;
};

/** A client ID that nobody has is as much a guess as a secret. @returns what it is refused with, where it was one too many */
export async function limitClientIds(op: ContextProvider, request: IncomingMessage, clientId: string): Promise<number | undefined> {
  const { services, context } = op;
  const { waitSeconds, isNew } = secretGuessesOf(services).judge(placeOf(services, context, request, 'unknown'), clientId, false);
  const from = { ip: clientOf(services, request).ip };
  const { retryAfterSeconds }: Partial<AppError> =
    (await (isNew ? services.limits.count(op.scopeFrom({ req: request }), kind, from) : services.limits.check(op.scope(), kind, from))) ??
    {};
  return waitSeconds ?? retryAfterSeconds;
}

/** Answers a program that brings a secret from an address that has used up its own, before anything is looked at or looked up. @returns whether it did */
export function refuseHeldBack(
  services: Services,
  context: ResolvedContext,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): boolean {
  const clientId = request.method === 'POST' && isForPrograms(path) ? basicUser(request.headers.authorization ?? '') : undefined;
  if (clientId === undefined || secretGuessesOf(services).hasSucceeded(placeOf(services, context, request, clientId))) return false;
  const { contextId } = context;
  const refusal = services.limits.findRefusal(contextId, kind, { ip: clientOf(services, request).ip }, services.clock.now());
  if (!refusal) return false;
  response.setHeader('retry-after', String(refusal.retryAfterSeconds));
  response.setHeader('cache-control', 'no-store');
  const told = { error: 'invalid_client', reason: 'too-many-secrets', clientId: clientId.slice(0, 200) };
  const endpoint = path.slice('/oidc/'.length);
  noteInLog(told);
  services.log.info({ ...told, endpoint, status: 429 }, `a request to ${endpoint} was refused`);
  sendFault(response, 429, 'invalid_client', tooManySecrets);
  return true;
}
