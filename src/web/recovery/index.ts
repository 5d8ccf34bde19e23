// Owns: the pages of somebody who forgot their password. Does not: sign anybody in (web/sign-in).

import { recoverPassword, requestRecovery } from '../../domain/administration/password-recovery/index.ts';
import { getUser, identifier } from '../../domain/people/users/index.ts';
import { findLink } from '../../domain/records/one-time-links/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { loginHint, type PageContext, policyOf, type Refusal, type Route, renderPage, rulesOf, submitForm } from '../request/index.ts';

export const recoveryRoutes: Route[] = [
  { method: 'GET', path: '/recovery', access: 'anyone', handle: async (page) => showRequest(page) },
  { method: 'POST', path: '/recovery', access: 'anyone', handle: submitRequest },
  { method: 'GET', path: '/recovery/:token', access: 'anyone', handle: (page) => showNewPassword(page) },
  { method: 'POST', path: '/recovery/:token', access: 'anyone', handle: submitNewPassword },
];

function showRequest(page: PageContext, fault?: string): void {
  renderPage(page, 'recovery/request', { login: loginHint(page), fault }, { status: fault ? 422 : 200 });
}

async function submitRequest(page: PageContext): Promise<void> {
  const login = page.form.get('login').trim();
  if (login === '') return showRequest(page, page.t('recovery.missing'));
  await requestRecovery(page.scope, login, page.locale);
  renderPage(page, 'recovery/requested', {});
}

/** Looking uses nothing up: mail scanners open every link. */
async function showNewPassword(page: PageContext, refusal?: Refusal): Promise<void> {
  const userId = (await findLink(page.scope, 'recovery', page.params.token!))?.userId;
  if (!userId) throw new AppError('link_over', 410);
  const user = await getUser(page.scope, userId);
  const { password } = await policyOf(page, userId);
  renderPage(
    page,
    'recovery/new-password',
    { rules: password, login: identifier(user), action: `/recovery/${page.params.token}` },
    { refusal },
  );
}

async function submitNewPassword(page: PageContext): Promise<void> {
  const { scope, form, params } = page;
  const rules = await rulesOf(page);
  await submitForm(
    page,
    async () => {
      await recoverPassword(scope, rules, params.token!, {
        newPassword: form.get('newPassword'),
        repeatPassword: form.get('repeatPassword'),
      });
      renderPage(page, 'recovery/done', {});
    },
    (refusal) => showNewPassword(page, refusal),
  );
}
