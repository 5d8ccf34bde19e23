import { epochSeconds } from '../../../platform/clock/index.ts';
import { clientSeconds } from '../lifetimes.ts';
import type { Step } from './afterwards.ts';

/** A refresh token that is kept lasts from its last use, as one that is rotated does. A move of less than a tenth of its lifetime is worth no write. */
export const slideLifetime: Step = async (op, ctx) => {
  const { route, client, params, entities } = ctx.oidc;
  const { RefreshToken: token, RotatedRefreshToken: rotated, Grant: grant } = entities;
  if (route !== 'token' || params?.grant_type !== 'refresh_token' || ctx.status !== 200 || !token || !grant || rotated) return;
  const seconds = Math.min(clientSeconds(client, 'refresh_token_seconds'), grant.remainingTTL);
  const exp = epochSeconds(op.services.clock.now()) + seconds;
  if (Math.abs(exp - token.exp!) < seconds / 10) return;
  await op.services.artifacts.prolong(op.context.contextId, 'RefreshToken', token.jti, exp);
};
