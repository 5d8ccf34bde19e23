import {
  changeOwnNetworkPassword,
  changeOwnPassword,
  findStanding,
  mayUsePersonalPassword,
  networkEntryOf,
} from '../../domain/sign-in/authentication/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import {
  isOfNetworkForm,
  networkChangeAt,
  networkOf,
  type PageContext,
  policyOf,
  type Refusal,
  readNetworkPasswords,
  redirectTo,
  renderPage,
  rulesOf,
  submitForm,
} from '../request/index.ts';

/** Which passwords the person signs in with. */
async function passwordsOf(page: PageContext): Promise<{ hasPersonal: boolean; hasNetwork: boolean; isSet: boolean }> {
  const standing = (await findStanding(page.scope, page.session!.userId, page.browser))!;
  const { rules } = await networkOf(page);
  return {
    hasPersonal: mayUsePersonalPassword(standing, rules),
    hasNetwork: networkEntryOf(standing, rules) !== undefined,
    isSet: standing.password !== undefined,
  };
}

export async function showPassword(page: PageContext, refusal?: Refusal): Promise<void> {
  const { hasPersonal, hasNetwork, isSet } = await passwordsOf(page);
  if (!hasPersonal) return redirectTo(page, '/account/network-password');
  const { password } = await policyOf(page, page.session!.userId);
  renderPage(page, 'account/password', { rules: password, hasNetwork, isSet }, { refusal });
}

export async function submitPassword(page: PageContext): Promise<void> {
  const { scope, session, form } = page;
  if (!(await passwordsOf(page)).hasPersonal) throw notFound();
  const rules = await rulesOf(page);
  await submitForm(
    page,
    async () => {
      await changeOwnPassword(scope, rules, session!, page.browser, {
        currentPassword: form.get('currentPassword'),
        newPassword: form.get('newPassword'),
        repeatPassword: form.get('repeatPassword'),
      });
      redirectTo(page, '/account?done=password_changed');
    },
    (refusal) => showPassword(page, refusal),
  );
}

/** That of the network, which its directory keeps. */
export async function showNetworkPassword(page: PageContext, refusal?: Refusal): Promise<void> {
  const { hasPersonal, hasNetwork } = await passwordsOf(page);
  if (!hasNetwork) throw notFound();
  renderPage(page, 'account/network-password', { hasPersonal }, { refusal });
}

export async function submitNetworkPassword(page: PageContext): Promise<void> {
  const at = await networkChangeAt(page);
  await submitForm(
    page,
    async () => {
      await changeOwnNetworkPassword(page.scope, at, page.session!, readNetworkPasswords(page));
      redirectTo(page, '/account?done=password_changed');
    },
    (refusal) => showNetworkPassword(page, refusal),
    isOfNetworkForm,
  );
}
