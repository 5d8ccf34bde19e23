import { changeOwnPassword } from '../../domain/sign-in/authentication/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { fieldTexts, type PageContext, policyOf, redirectTo, renderPage, rulesOf } from '../request/index.ts';

export async function showPassword(page: PageContext, error?: AppError): Promise<void> {
  const { password } = await policyOf(page, page.session!.userId);
  renderPage(page, 'account/password', { fields: fieldTexts(page, error), rules: password }, { status: error?.status ?? 200 });
}

export async function submitPassword(page: PageContext): Promise<void> {
  const { scope, session, form } = page;
  const rules = await rulesOf(page);
  try {
    await changeOwnPassword(scope, rules, session!, page.browser, form.get('newPassword'), form.get('repeatPassword'));
  } catch (error) {
    if (!(error instanceof AppError && error.fields)) throw error;
    return showPassword(page, error);
  }
  redirectTo(page, '/account?done=password_changed');
}
