import { addSeconds } from '../../../platform/clock/index.ts';
import type { Step } from './afterwards.ts';

/** Between two questions of a device (RFC 8628 §3.2). */
const intervalSeconds = 5;
/** What a network may shorten a pause by. */
const toleranceMs = 1000;
const longestSeconds = 60;
const codeSeconds = 600;

type Answer = { device_code?: string; error?: string; error_description?: string; interval?: number };

/** Tells devices how often they may ask, and those that ask more often to slow down (RFC 8628 §3.5), on however many processes. Whose code was confirmed gets tokens all the same. */
export const pacePolling: Step = async (op, ctx) => {
  const body = ctx.body as Answer | undefined;
  if (ctx.oidc.route === 'device_authorization' && body?.device_code) body.interval = intervalSeconds;
  if (ctx.oidc.route !== 'token' || body?.error !== 'authorization_pending') return;
  const { services, context } = op;
  const now = services.clock.now();
  const pace = { seconds: intervalSeconds, longestSeconds, toleranceMs, now, expiresAt: addSeconds(now, codeSeconds) };
  const isTooFast = await services.artifacts.notePoll(context.contextId, String(ctx.oidc.params!.device_code), pace);
  if (isTooFast) ctx.body = { error: 'slow_down', error_description: 'wait five seconds more between two requests than before' };
};
