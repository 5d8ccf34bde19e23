import { openScope } from '../../../domain/scope.ts';
import { anonymousActor, clientOf } from '../../request/index.ts';
import { countRefused, findNamed } from '../count-refused.ts';
import { reasonOf } from '../refusal-reason.ts';
import type { Step } from './afterwards.ts';
import { faultOf } from './trace.ts';

/** What was refused to a program, or sent back to it by the browser, is counted before the answer leaves: the audit, the application's page and Home say it. */
export const countRefusals: Step = async (op, ctx) => {
  const fault = faultOf(ctx);
  const reason = fault && reasonOf(fault, ctx.oidc.params?.grant_type);
  if (!reason) return;
  const { services, context } = op;
  const scope = openScope(services, context.contextId, anonymousActor(clientOf(services, ctx.req)));
  await countRefused(op, { ctx, reason, refusal: fault, scope }, await findNamed(op, scope, ctx));
};
