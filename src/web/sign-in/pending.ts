import { getApplication } from '../../domain/applications/index.ts';
import { findPendingRequest, nextStep, type PasswordFacts, type PendingRequest, type Step } from '../../domain/authentication/index.ts';
import { findPassword } from '../../domain/credentials/password/index.ts';
import type { UserId } from '../../domain/scope.ts';
import { type PageContext, redirectTo } from '../request/index.ts';

/** The request a page of the journey belongs to, or undefined after sending the browser to a new one: it was over, or is another browser's. */
export async function loadPending(page: PageContext): Promise<PendingRequest | undefined> {
  const request = await findPendingRequest(page.scope, page.browser, page.params.request ?? '');
  if (!request)
    page.ctx.redirect(page.session ? `${page.context.mount}/launchpad` : `${page.context.mount}/sign-in?done=sign_in_restarted`);
  return request;
}

/** Gathers the facts and asks the one function that knows what comes next. @param known the proven person's password, when it was read just now */
export async function stepOf(page: PageContext, request: PendingRequest, known?: PasswordFacts): Promise<Step> {
  const { proven, demands } = request;
  const password = known ?? (proven && (await passwordFacts(page, proven.userId)));
  const session = page.session && { userId: page.session.userId, authenticatedAt: page.session.authenticatedAt.getTime() };
  return nextStep({ now: page.services.clock.now().getTime(), demands, session, proven, password });
}

async function passwordFacts(page: PageContext, userId: UserId): Promise<PasswordFacts | undefined> {
  const stored = await findPassword(page.scope, userId);
  return stored && { mustChange: stored.mustChange, changedAt: stored.changedAt.getTime() };
}

export const goBack = (page: PageContext, request: PendingRequest): void => redirectTo(page, request.destination.path);

/** Where the forms of this journey may lead in the end: Chromium checks every redirect after a form. */
export function formTargets({ destination: { origin } }: PendingRequest): string[] {
  if (!origin) return [];
  return origin.startsWith('https:') ? ['https:'] : [origin];
}

/** "Continue to Payroll". */
export async function applicationName(page: PageContext, request: PendingRequest): Promise<string | undefined> {
  if (!request.applicationId) return undefined;
  return (await getApplication(page.scope, request.applicationId)).name;
}
