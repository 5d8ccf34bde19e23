import { termsSettings } from '../../domain/applications/consents/index.ts';
import { getUser } from '../../domain/people/users/index.ts';
import {
  type Arrival,
  type Facts,
  findNextStep,
  gatherFacts,
  openPendingRequest,
  type PendingRequest,
  type Step,
} from '../../domain/sign-in/authentication/index.ts';
import { type EffectivePolicy, findPolicyOf, type PolicyRules } from '../../domain/sign-in/sign-in-policy/index.ts';
import { keepOpener } from '../../platform/http/index.ts';
import { usableFactors } from './factors.ts';
import type { PageContext } from './route.ts';
import { followUiLocales } from './ui-locales.ts';

/** Who sends a request to which company. A page has all of it, and the endpoint of a protocol can make it. */
export type Visitor = Pick<PageContext, 'services' | 'context' | 'scope' | 'session' | 'browser'>;

/** How strict the company is about signing in. */
export const rulesOf = ({ services, context }: Visitor): Promise<PolicyRules> => services.findPolicy(context.contextId);

/** The rules that hold for one person. */
export const policyOf = async (page: PageContext, userId: string, applicationId?: string): Promise<EffectivePolicy> =>
  findPolicyOf(page.scope, await rulesOf(page), await getUser(page.scope, userId), applicationId);

type Wish = Pick<Arrival, 'demands' | 'applicationId' | 'proven' | 'standing'>;

/** Who is here, and where they want to go. */
export async function arrivalAt<Given extends Wish>(visitor: Visitor, wish: Given): Promise<Arrival & Given> {
  const { session, browser, services, context } = visitor;
  const { edition: termsEdition } = await services.findSettings(context.contextId, termsSettings);
  return { ...wish, session, browser, termsEdition, usableFactors: usableFactors(visitor) };
}

/** The next step for the current person: pages and protocols all ask here. */
export const nextStepOf = async (visitor: Visitor, wish: Wish): Promise<Step> =>
  findNextStep(visitor.scope, await rulesOf(visitor), await arrivalAt(visitor, wish));

/** What that was decided by, for a refusal to keep. */
export const factsOfStep = async (visitor: Visitor, wish: Wish): Promise<Facts> =>
  gatherFacts(visitor.scope, await rulesOf(visitor), await arrivalAt(visitor, wish));

type Asked = Omit<PendingRequest, 'requestId' | 'address' | 'proven' | 'sealed'>;

/** To the sign-in page, and back to `destination` when everything is proven. @param query additional parameters of that page, such as `login_hint` */
export async function sendToSignIn(page: PageContext, request: Asked, query: Record<string, string> = {}): Promise<void> {
  const address = await openPendingRequest(page.scope, page.browser, request);
  const told = new URLSearchParams(query).toString();
  if (page.ctx.method === 'POST') page.ctx.status = 303;
  page.ctx.redirect(`${page.context.mount}${page.services.pathOf({ page: 'sign-in', request: address })}${told ? `?${told}` : ''}`);
}

/** To the registration page; after registering, the person signs in and returns to `destination`. */
export async function sendToRegistration(page: PageContext, request: Asked): Promise<void> {
  const address = await openPendingRequest(page.scope, page.browser, request);
  page.ctx.redirect(`${page.context.mount}${page.services.pathOf({ page: 'registration-request' })}?request=${address}`);
}

/** Shows the page of a request as requested: in the given language, and in a popup if it was opened in one. */
export function followRequest(page: PageContext, { uiLocales, protocol }: PendingRequest['destination']): void {
  followUiLocales(page, uiLocales);
  if (protocol !== 'portaria') keepOpener(page.ctx.res);
}

/** Where "Cancel" is posted to. @returns undefined where no application waits */
export const cancelPath = ({ destination: { isAwaited, path } }: PendingRequest): string | undefined => (isAwaited ? path : undefined);
