// Owns: the pages of somebody who forgot their password. Does not: sign anybody in: they lead on to the sign-in (web/sign-in).

import { openRecovery, recoverPassword, requestRecovery } from '../../domain/administration/password-recovery/index.ts';
import { getUser, identifier } from '../../domain/people/users/index.ts';
import { findPendingRequest, type PendingRequest } from '../../domain/sign-in/authentication/index.ts';
import {
  isOfNetworkForm,
  limitRequests,
  loginHint,
  type PageContext,
  policyOf,
  type Refusal,
  type Route,
  renderPage,
  rulesOf,
  signInByLink,
  submitForm,
} from '../request/index.ts';

/** One that stands sealed in its address is the longest. */
const longestAddress = 6000;

export const recoveryRoutes: Route[] = [
  { method: 'GET', path: '/recovery', access: 'anyone', handle: (page) => showRequest(page) },
  { method: 'POST', path: '/recovery', access: 'anyone', limit: 'recovery', handle: submitRequest },
  { method: 'GET', path: '/recovery/:token', access: 'anyone', handle: (page) => showNewPassword(page) },
  { method: 'POST', path: '/recovery/:token', access: 'anyone', handle: submitNewPassword },
];

/** The sign-in that waits in this browser; nothing of another browser is kept, nor what was made up. */
const findWaiting = ({ scope, browser, form, query }: PageContext): Promise<PendingRequest | undefined> =>
  findPendingRequest(scope, browser, (form.get('request') || query('request')).slice(0, longestAddress));

async function showRequest(page: PageContext, fault?: string): Promise<void> {
  const request = (await findWaiting(page))?.address;
  renderPage(page, 'recovery/request', { login: loginHint(page), fault, request }, { status: fault ? 422 : 200 });
}

async function submitRequest(page: PageContext): Promise<void> {
  const login = page.form.get('login').trim();
  if (login === '') return showRequest(page, page.t('recovery.missing'));
  const waiting = await findWaiting(page);
  await limitRequests(page, { kind: 'recovery', login }, () => requestRecovery(page.scope, login, page.locale, waiting?.address));
  renderPage(page, 'recovery/requested', { request: waiting?.address });
}

/** Looking uses nothing up: mail scanners open every link. */
async function showNewPassword(page: PageContext, refusal?: Refusal): Promise<void> {
  const { standing, recovery } = await openRecovery(page.scope, page.params.token!);
  const { user } = standing;
  const { password } = await policyOf(page, user.userId);
  const isOfNetwork = recovery.by === 'network';
  const action = `/recovery/${page.params.token}`;
  renderPage(page, 'recovery/new-password', { rules: password, isOfNetwork, login: identifier(user), action }, { refusal });
}

async function submitNewPassword(page: PageContext): Promise<void> {
  const { scope, form, params, services } = page;
  const rules = await rulesOf(page);
  await submitForm(
    page,
    async () => {
      const input = { newPassword: form.get('newPassword'), repeatPassword: form.get('repeatPassword') };
      const recovered = await recoverPassword(scope, rules, params.token!, input, services.askDirectory);
      if (recovered && (await signInByLink(page, recovered, { waiting: recovered.request, done: 'password_changed' }))) return;
      const login = recovered && identifier(await getUser(scope, recovered.userId));
      const request = recovered?.request && (await findPendingRequest(scope, page.browser, recovered.request))?.address;
      renderPage(page, 'recovery/done', { login, request });
    },
    (refusal) => showNewPassword(page, refusal),
    isOfNetworkForm,
  );
}
