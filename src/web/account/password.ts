import { changeOwnPassword } from '../../domain/sign-in/authentication/index.ts';
import { type PageContext, policyOf, type Refusal, redirectTo, renderPage, rulesOf, submitForm } from '../request/index.ts';

export async function showPassword(page: PageContext, refusal?: Refusal): Promise<void> {
  const { password } = await policyOf(page, page.session!.userId);
  renderPage(page, 'account/password', { rules: password }, { refusal });
}

export async function submitPassword(page: PageContext): Promise<void> {
  const { scope, session, form } = page;
  const rules = await rulesOf(page);
  await submitForm(
    page,
    async () => {
      await changeOwnPassword(scope, rules, session!, page.browser, {
        newPassword: form.get('newPassword'),
        repeatPassword: form.get('repeatPassword'),
      });
      redirectTo(page, '/account?done=password_changed');
    },
    (refusal) => showPassword(page, refusal),
  );
}
