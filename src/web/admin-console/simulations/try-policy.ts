import { startPolicySimulation } from '../../../domain/administration/simulations/index.ts';
import { type PageContext, type Refusal, usableFactors } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';

/** The rules of a form of the policy, tried and not saved. */
export async function tryPolicy(
  page: PageContext,
  version: number,
  rules: unknown,
  showAgain: (refusal: Refusal) => Promise<void>,
): Promise<void> {
  const operationId = await submitForm(page, () => startPolicySimulation(page.scope, rules, version, usableFactors(page)), showAgain);
  if (operationId) redirectTo(page, `/admin/simulations/${operationId}`);
}
