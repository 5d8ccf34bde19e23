import { signOut } from '../../../domain/sign-in/single-logout/index.ts';
import { serializeCookie } from '../../../platform/http/index.ts';
import { ownSession } from '../own-session.ts';
import { renderSigningOut } from '../pages.ts';
import type { Step } from './afterwards.ts';

/** Whoever confirmed a relying party's sign-out (OpenID Connect RP-Initiated Logout §2) ends our session with the library's. */
export const endOwnSession: Step = async (op, ctx) => {
  const { route, params } = ctx.oidc;
  if (route !== 'end_session_confirm' || !params?.logout || ctx.status !== 303) return;
  const own = await ownSession(op, ctx);
  if (!own) return;
  // the SAML applications of the session are notified through the browser, on its way back to the relying party
  const onward = ctx.response.get('location');
  const destination = onward ? ({ kind: 'address', url: onward } as const) : ({ kind: 'signed-out' } as const);
  const logout = await signOut(op.scopeOf(ctx, own), op.services.artifacts, own.sessionId, destination);
  if (logout) {
    ctx.remove('location');
    await renderSigningOut(op, ctx, op.services.pathOf({ page: 'single-logout', logout: logout.logoutId }));
  } else ctx.append('set-cookie', serializeCookie(op.cookieNames.session, undefined, { secure: op.context.isSecure }));
};
