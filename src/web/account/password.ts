import { changeOwnPassword, findPolicyOf } from '../../domain/authentication/index.ts';
import { getUser } from '../../domain/users/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type PageContext, redirectTo, renderPage } from '../request/index.ts';

export async function showPassword(page: PageContext, error?: AppError): Promise<void> {
  const { scope, services, context, session, t } = page;
  const { password } = await findPolicyOf(scope, await services.findPolicy(context.contextId), await getUser(scope, session!.userId));
  const fields = Object.fromEntries(Object.entries(error?.fields ?? {}).map(([field, key]) => [field, t(key, error!.params)]));
  renderPage(page, 'account/password', { fields, rules: password }, { status: error?.status ?? 200 });
}

export async function submitPassword(page: PageContext): Promise<void> {
  const { scope, services, context, session, form } = page;
  const rules = await services.findPolicy(context.contextId);
  try {
    await changeOwnPassword(scope, services.hasher, rules, session!, page.browser, form.get('newPassword'), form.get('repeatPassword'));
  } catch (error) {
    if (!(error instanceof AppError && error.fields)) throw error;
    return showPassword(page, error);
  }
  redirectTo(page, '/account?done=password_changed');
}
