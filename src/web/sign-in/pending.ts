import { getApplication } from '../../domain/applications/applications/index.ts';
import {
  type Basis,
  findLostRequest,
  findPendingRequest,
  findStanding,
  type PendingRequest,
  type Proven,
  type Standing,
  type Step,
} from '../../domain/sign-in/authentication/index.ts';
import { findPassword } from '../../domain/sign-in/credentials/password/index.ts';
import { keepOpener, leadInside } from '../../platform/http/index.ts';
import { followRequest, nextStepOf, type PageContext, redirectTo, renderCookiesMissing, renderPage } from '../request/index.ts';

/** Where a person without another destination goes. */
export const goToLaunchpad = ({ ctx, context, services }: PageContext): void =>
  ctx.redirect(`${context.mount}${services.pathOf({ page: 'launchpad' })}`);

/** The request a page of the journey belongs to, or undefined after leading the browser on: it was over, or is another browser's. */
export async function loadPending(page: PageContext): Promise<PendingRequest | undefined> {
  const request = await findPendingRequest(page.scope, page.browser, page.params.request ?? '');
  if (request) followRequest(page, request.destination);
  else await leadOn(page);
  return request;
}

/** Where the person wanted to go: into the application after a finished sign-in (the back button), to its beginning where the browser lost its cookies. */
async function leadOn(page: PageContext): Promise<void> {
  const { scope, params, ctx, context, services } = page;
  const lost = await findLostRequest(scope, params.request ?? '');
  const { path, protocol } = lost?.destination ?? {};
  if (protocol && protocol !== 'portaria') keepOpener(ctx.res);
  if (lost?.isFinished && lost.applicationId)
    return leadOut(page, services.pathOf({ page: 'application-start', application: lost.applicationId }));
  if (path && !lost?.isFinished && !page.isKnownBrowser) {
    // a cookie was set a moment ago: a browser that comes back without refuses them
    if (page.query('again') === '') return redirectTo(page, `${ctx.state.path}?again=yes`);
    return renderCookiesMissing(page, ctx.state.path, { applicationId: lost!.applicationId, name: await applicationName(page, lost!) });
  }
  if (path) return leadOut(page, protocol === 'oidc' ? `${path}?again=yes` : path);
  if (page.session) return goToLaunchpad(page);
  ctx.redirect(`${context.mount}/sign-in?done=sign_in_restarted`);
}

/** What comes next for this request. @param standing of the person who gave the proof, where it was read a moment ago */
export const stepOf = (page: PageContext, { proven, demands, applicationId }: PendingRequest, standing?: Standing): Promise<Step> =>
  nextStepOf(page, { proven, standing, demands, applicationId });

/** The pages of single steps: only while the step is due, so that nobody jumps to one or comes back to it. */
export async function loadStep<Name extends Step['step']>(
  page: PageContext,
  name: Name,
): Promise<{ request: PendingRequest; step: Extract<Step, { step: Name }>; standing?: Standing } | undefined> {
  const request = await loadPending(page);
  if (!request) return undefined;
  const standing = request.proven && (await findStanding(page.scope, request.proven.userId, page.browser));
  const step = await stepOf(page, request, standing);
  // where the step builds on the session, the proof may be another person's
  const own = 'by' in step && step.by === 'proof' ? standing : undefined;
  if (step.step === name) return { request, step: step as Extract<Step, { step: Name }>, standing: own };
  redirectTo(page, `/sign-in/${request.address}`);
  return undefined;
}

/** The page of the request knows what is due by now. */
export const beginAgain = async (page: PageContext): Promise<void> => redirectTo(page, `/sign-in/${page.params.request}`);

/** The proof so far: of this request, or of the session that it builds on. */
export async function proofSoFar({ scope, session, services }: PageContext, { proven }: PendingRequest, by: Basis): Promise<Proven> {
  if (by === 'proof') return proven!;
  const { userId, sessionId, amr } = session!;
  const passwordChangedAt = (await findPassword(scope, userId))?.changedAt.getTime();
  return { userId, sessionId, amr, at: services.clock.now().getTime(), passwordChangedAt, isPasswordless: true };
}

/** To whatever waits for the sign-in. An application's request is answered at once: it is of this browser, as the request of the sign-in is. */
export function goBack(page: PageContext, { destination: { path, leaves, protocol } }: PendingRequest): void {
  if (leaves) leadOut(page, path);
  else redirectTo(page, path);
  if (protocol !== 'portaria') leadInside(page.ctx.res, `${page.context.mount}${path}`);
}

/** To a page of ours that may lead out to an application: after a form by a page, as Chromium holds every address that follows one against `form-action`. */
function leadOut(page: PageContext, path: string): void {
  if (page.ctx.method === 'POST') renderPage(page, 'sign-in/onward', { onward: path, hasAddress: false });
  else redirectTo(page, path);
}

/** "Continue to Payroll". */
export async function applicationName(page: PageContext, request: Pick<PendingRequest, 'applicationId'>): Promise<string | undefined> {
  if (!request.applicationId) return undefined;
  return (await getApplication(page.scope, request.applicationId)).name;
}
