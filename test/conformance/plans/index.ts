import type { Check, Plan } from '../suite/outcome.ts';
import type { ResponseMode, World } from '../suite/world.ts';
import { clientAuthenticationPlan } from './client-authentication.ts';
import { happyChecks } from './code-flow.ts';
import { configPlan } from './config.ts';
import { backChannelPlan, rpInitiatedPlan } from './logout.ts';
import { oauthSecurityPlan } from './oauth-security.ts';
import { refusalChecks } from './refusals.ts';
import { sessionChecks } from './sessions.ts';

const codeFlow: Check<World>[] = [...happyChecks, ...sessionChecks, ...refusalChecks];

/**
 * In the order in which they run: the code flow last, since a code that was spent at the beginning has to be half a minute old by then.
 * `mode`: how responses come back; every check of the code flow runs in both.
 */
export const plans: (Plan<World> & { mode: ResponseMode })[] = [
  { ...configPlan, mode: 'query' },
  { ...rpInitiatedPlan, mode: 'query' },
  { ...backChannelPlan, mode: 'query' },
  { ...clientAuthenticationPlan, mode: 'query' },
  { ...oauthSecurityPlan, mode: 'query' },
  { name: 'Basic OP', checks: codeFlow, mode: 'query' },
  { name: 'Form Post Basic OP', checks: codeFlow, mode: 'form_post' },
];
