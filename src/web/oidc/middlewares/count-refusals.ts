import { clientIdOf, countRefused, findNamed } from '../count-refused.ts';
import { tooManySecrets } from '../library/index.ts';
import { limitClientIds } from '../limit-secrets.ts';
import { reasonOf } from '../refusal-reason.ts';
import type { Step } from './afterwards.ts';
import { faultOf } from './trace.ts';

/** What was refused to a program, or sent back to it by the browser, is counted before the answer leaves: the audit, the application's page and Home say it. */
export const countRefusals: Step = async (op, ctx) => {
  const fault = faultOf(ctx);
  const reason = fault && reasonOf(fault, ctx.oidc.params?.grant_type);
  if (!reason) return;
  const isOfProgram = reason === 'client-unknown' && ctx.oidc.route !== 'authorization';
  const waitSeconds = isOfProgram ? await limitClientIds(op, ctx.req, clientIdOf(ctx)) : undefined;
  if (waitSeconds !== undefined) {
    ctx.status = 429;
    ctx.set('retry-after', String(waitSeconds));
    ctx.body = { error: 'invalid_client', error_description: tooManySecrets };
    return; // the audit has it as one event of the address
  }
  const scope = op.scopeFrom(ctx);
  await countRefused(op, { ctx, reason, refusal: fault, scope }, await findNamed(op, scope, ctx));
};
