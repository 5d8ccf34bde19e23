import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { reserveCodeGuess, returnCodeGuess } from '../../domain/records/attempts/index.ts';
import type { OidcReason } from '../../domain/records/refusals/index.ts';
import { openScope, type Scope, type UserId } from '../../domain/scope.ts';
import { anonymousActor, cameFrom, clientOf } from '../request/index.ts';
import { type ContextProvider, currentOp } from './context-provider.ts';
import { countRefused } from './count-refused.ts';
import type { LimitUserCodes } from './library/index.ts';
import { ownSession } from './own-session.ts';

/** Over which codes are counted (attempts): so long none is taken at most. */
const hourSeconds = 3600;

/** Too many unknown codes were typed. `isSignedIn`: people who aren't can sign in, and then have attempts of their own. */
export class TooManyUserCodes extends errors.SlowDown {
  override status = 429;
  override statusCode = 429;
  readonly isSignedIn: boolean;
  readonly retryAfterSeconds: number;

  constructor(isSignedIn: boolean, retryAfterSeconds: number) {
    super('too many codes were typed');
    this.isSignedIn = isSignedIn;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A device code has eight letters and lives ten minutes: guessing is stopped early, without locking out others (RFC 8628 §5.1). */
export const limitUserCodes: LimitUserCodes = async (ctx, find) => {
  const op = currentOp();
  const scope = await scopeOf(op, ctx);
  const { limits } = op.services;
  const isSignedIn = scope.actor.kind === 'person';
  const from = cameFrom(op.services, op.context, ctx.req);
  // by browser, an account would have more codes to try with each one
  const place = { ip: from.ip, knownAs: isSignedIn ? (scope.actor.id as UserId) : from.knownAs };
  const refusal = await limits.check(scope, 'device-code', place);
  if (refusal) throw new TooManyUserCodes(isSignedIn, refusal.retryAfterSeconds!);
  const count = (reason: OidcReason) => countRefused(op, { ctx, reason, refusal: { error: reason }, scope }, undefined);
  if (!(await reserveCodeGuess(scope))) {
    await count('user-codes-used-up');
    await limits.count(scope, 'device-code', place);
    throw new TooManyUserCodes(isSignedIn, hourSeconds);
  }
  const found = await find();
  if (found) await returnCodeGuess(scope);
  else {
    await count('user-code-unknown');
    await limits.count(scope, 'device-code', place);
  }
  return found;
};

async function scopeOf(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<Scope> {
  const own = await ownSession(op, ctx);
  return own ? op.scopeOf(ctx, own) : openScope(op.services, op.context.contextId, anonymousActor(clientOf(op.services, ctx.req)));
}
