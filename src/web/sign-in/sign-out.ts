import { signOut } from '../../domain/sign-in/single-logout/index.ts';
import { serializeCookie } from '../../platform/http/index.ts';
import { cookieNames, type PageContext, redirectTo, renderPage } from '../request/index.ts';
import { goToLaunchpad } from './pending.ts';

/** Asks first: a link alone signs nobody out. */
export async function showSignOut(page: PageContext): Promise<void> {
  if (!page.session) return page.ctx.redirect(`${page.context.mount}/signed-out`);
  renderPage(page, 'sign-in/sign-out');
}

/** Ends the session everywhere: here, by back-channel in the OpenID Connect applications that joined it, and through the browser in those of SAML. */
export async function submitSignOut(page: PageContext): Promise<void> {
  const { session, context, ctx } = page;
  const logout = session && (await signOut(page.scope, page.services.artifacts, session.sessionId, { kind: 'signed-out' }));
  // while other applications are notified, the browser is identified by its cookie, although the session has ended
  if (logout)
    return renderPage(page, 'sign-in/signing-out', { onward: page.services.pathOf({ page: 'single-logout', logout: logout.logoutId }) });
  ctx.append('set-cookie', serializeCookie(cookieNames(context).session, undefined, { secure: context.isSecure }));
  redirectTo(page, '/signed-out');
}

export async function showSignedOut(page: PageContext): Promise<void> {
  if (page.session) return goToLaunchpad(page);
  renderPage(page, 'sign-in/signed-out');
}
