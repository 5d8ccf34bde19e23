import { termsSettings } from '../../domain/applications/consents/index.ts';
import { getUser } from '../../domain/people/users/index.ts';
import {
  type Arrival,
  findNextStep,
  findPolicyOf,
  openPendingRequest,
  type PendingRequest,
  type Step,
} from '../../domain/sign-in/authentication/index.ts';
import type { EffectivePolicy, PolicyRules } from '../../domain/sign-in/sign-in-policy/index.ts';
import { passkeyCeremony } from './passkeys.ts';
import type { PageContext } from './route.ts';

/** How strict the page's company is about signing in. */
export const rulesOf = ({ services, context }: PageContext): Promise<PolicyRules> => services.findPolicy(context.contextId);

/** The rules that hold for one person. */
export const policyOf = async (page: PageContext, userId: string, applicationId?: string): Promise<EffectivePolicy> =>
  findPolicyOf(page.scope, await rulesOf(page), await getUser(page.scope, userId), applicationId);

type Wish = Pick<Arrival, 'demands' | 'applicationId' | 'proven' | 'standing'>;

/** Who is at this page, and where they want to go. */
export async function arrivalAt<Given extends Wish>(page: PageContext, wish: Given): Promise<Arrival & Given> {
  const { session, browser, services, context } = page;
  const { edition: termsEdition } = await services.findSettings(context.contextId, termsSettings);
  return { ...wish, session, browser, termsEdition, canHavePasskeys: passkeyCeremony(page) !== undefined };
}

/** What comes next for whoever is at this page. */
export const nextStepOf = async (page: PageContext, wish: Wish): Promise<Step> =>
  findNextStep(page.scope, await rulesOf(page), await arrivalAt(page, wish));

/** To the sign-in page, and back to `destination` when everything is proven. @param query what that page is told besides, such as `login_hint` */
export async function sendToSignIn(
  page: PageContext,
  request: Omit<PendingRequest, 'requestId' | 'proven'>,
  query: Record<string, string> = {},
): Promise<void> {
  const requestId = await openPendingRequest(page.scope, page.browser, request);
  const told = new URLSearchParams(query).toString();
  if (page.ctx.method === 'POST') page.ctx.status = 303;
  page.ctx.redirect(`${page.context.mount}${page.services.pathOf({ page: 'sign-in', request: requestId })}${told ? `?${told}` : ''}`);
}
