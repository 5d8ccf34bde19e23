import type { SessionId } from '../../domain/scope.ts';
import { findSessionIdOfToken } from '../../domain/sign-in/sessions/index.ts';
import { findLogoutOfSession, type LogoutStep } from '../../domain/sign-in/single-logout/index.ts';
import { addSeconds } from '../../platform/clock/index.ts';
import { randomToken } from '../../platform/crypto/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { cookieNames, type PageContext, redirectTo } from '../request/index.ts';
import { type Refusal, showRefusal, watch } from './receive.ts';
import type { SamlPage } from './saml-context.ts';

const kind = 'SamlRefusedLogout';
const lifetimeSeconds = 600;

/** The session of the browser's cookie, ended or not: while other applications are notified of its end, it identifies the browser. */
export const sessionIdOfBrowser = ({ ctx, scope, context }: PageContext): Promise<SessionId | undefined> =>
  findSessionIdOfToken(scope, readCookie(ctx.get('cookie'), cookieNames(context).session));

/**
 * An answer to a logout of ours that was refused ends nothing: the others are told all the same (core §3.7.3.2). Nothing of the message is believed or
 * kept. The browser's own cookie finds the logout, which goes on as if the person had come back by themselves: who was asked has not confirmed.
 * A refused request gets its page.
 */
export async function answerRefusedLogout(page: SamlPage, refusal: Refusal): Promise<void> {
  const { ctx, form, scope, services } = page;
  const isPost = ctx.method === 'POST';
  if (isPost ? form.all('SAMLRequest').length > 0 : 'SAMLRequest' in ctx.query) return showRefusal(page, refusal);
  const open = await findOwnLogout(page);
  if (open) return goOn(page, open, refusal);
  if (!isPost) return showRefusal(page, refusal);
  // a form from another site comes without cookies (SameSite); the address that follows gets them
  const id = randomToken();
  const expiresAt = addSeconds(services.clock.now(), lifetimeSeconds);
  await services.artifacts.save({ contextId: scope.contextId, kind, id, payload: refusal, index: {}, expiresAt });
  redirectTo(page, `/saml/refused/${id}`);
}

/** Where a refused answer that was posted leads: on with this browser's logout, or to the page of the refusal. */
export async function goOnAfterRefusal(page: SamlPage): Promise<void> {
  const { scope, services, params } = page;
  const id = params.refusal ?? '';
  const refusal = id.length === 43 ? await services.artifacts.find(scope.contextId, kind, id) : undefined;
  if (!refusal) throw new AppError('request_expired', 400);
  const open = await findOwnLogout(page);
  if (open) return goOn(page, open, refusal.payload as Refusal);
  showRefusal(page, refusal.payload as Refusal);
}

type Open = { logoutId: string; asked: LogoutStep };

/**
 * The logout that this browser is in the middle of, and who was asked last and is silent. A page of somebody else's cannot move it unseen: from a frame,
 * a picture or a script it is not found, nor while no answer is awaited.
 */
async function findOwnLogout(page: SamlPage): Promise<Open | undefined> {
  const { ctx, scope, services } = page;
  if (!['', 'document'].includes(ctx.get('sec-fetch-dest'))) return undefined;
  const sessionId = await sessionIdOfBrowser(page);
  const logout = sessionId && (await findLogoutOfSession(scope, services.artifacts, sessionId));
  const last = logout?.steps.findLast(({ state }) => state === 'asked' || state === 'done');
  return logout && !logout.isOver && last?.state === 'asked' ? { logoutId: logout.logoutId, asked: last } : undefined;
}

async function goOn(page: SamlPage, { logoutId, asked }: Open, { rule, detail, applicationId }: Refusal): Promise<void> {
  // a message that does not say whose it is stands in the trace of the application that was to answer
  const application = applicationId ? undefined : await page.saml.findPartnerById(page.scope, asked.applicationId);
  if (application) await watch(page, application, { direction: 'received', name: 'SAMLResponse', reason: rule, content: () => detail });
  redirectTo(page, page.services.pathOf({ page: 'single-logout', logout: logoutId }));
}
