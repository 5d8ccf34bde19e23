import { activateAccount } from '../../domain/administration/invitations/index.ts';
import { getUser, identifier } from '../../domain/people/users/index.ts';
import { findLink } from '../../domain/records/one-time-links/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type PageContext, policyOf, type Refusal, renderPage, rulesOf, signInByLink, submitForm } from '../request/index.ts';

/** Looking uses nothing up: mail scanners open every link. */
export async function showActivation(page: PageContext, refusal?: Refusal): Promise<void> {
  const userId = (await findLink(page.scope, 'invitation', page.params.token!))?.userId;
  if (!userId) throw new AppError('link_over', 410);
  const user = await getUser(page.scope, userId);
  const { password } = await policyOf(page, userId);
  renderPage(
    page,
    'invitations/activate',
    { rules: { ...password, history: 0 }, user, action: `/activate/${page.params.token}` },
    { refusal },
  );
}

export async function submitActivation(page: PageContext): Promise<void> {
  const { scope, form, params } = page;
  await submitForm(
    page,
    async () => {
      const rules = await rulesOf(page);
      const user = await activateAccount(
        scope,
        rules,
        params.token!,
        { newPassword: form.get('newPassword'), repeatPassword: form.get('repeatPassword') },
        page.locale,
      );
      if (!(await signInByLink(page, user, { done: 'account_ready' }))) renderPage(page, 'invitations/done', { login: identifier(user) });
    },
    (refusal) => showActivation(page, refusal),
  );
}
