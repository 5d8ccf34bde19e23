import type { User } from '../../domain/people/users/index.ts';
import { proveByLink } from '../../domain/sign-in/authentication/index.ts';
import { redirectTo } from './redirect.ts';
import { renderPage } from './render.ts';
import type { PageContext } from './route.ts';
import { rulesOf } from './sign-in-step.ts';

/**
 * Leads on to the sign-in whoever has just chosen a password by a mailed link: its pages ask for what else is due, and end where the person wanted to go.
 * @param waiting the address of a sign-in that waits for them
 * @param done what the Launchpad tells otherwise (`notices.<done>`)
 * @returns false where they have to sign in by hand: as the policy says, or since somebody else is signed in in this browser
 */
export async function signInByLink(
  page: PageContext,
  user: Pick<User, 'userId'>,
  { waiting, done }: { waiting?: string; done: 'account_ready' | 'password_changed' },
): Promise<boolean> {
  const { scope, session, services, form, browser } = page;
  if (session && session.userId !== user.userId) return false;
  const path = `${services.pathOf({ page: 'launchpad' })}?done=${done}`;
  const proof = { userId: user.userId, newPassword: form.get('newPassword'), browser, waiting, path };
  const request = await proveByLink(scope, await rulesOf(page), proof);
  if (!request) return false;
  const onward = services.pathOf({ page: 'sign-in', request: request.requestId });
  // its end may lead out to an application, which the redirect after a form must not do
  if (request.applicationId || request.destination.leaves) renderPage(page, 'sign-in/onward', { onward, hasAddress: false });
  else redirectTo(page, onward);
  return true;
}
