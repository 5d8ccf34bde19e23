import { fullName, getUser, type User } from '../../../domain/people/users/index.ts';
import { resetSecondFactors } from '../../../domain/sign-in/authentication/index.ts';
import { listSecondFactors } from '../../../domain/sign-in/credentials/second-factors/index.ts';
import { networkOf, type PageContext, policyOf, type Refusal, renderPage, rulesOf } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';

/** S85, S107: what the box on a person's page says. */
export async function describeSecondFactors(page: PageContext, user: User) {
  const factors = await listSecondFactors(page.scope, user.userId);
  const { demand } = (await policyOf(page, user.userId)).secondFactor;
  return { state: factors.length > 0 ? 'configured' : demand === 'off' ? 'disabled' : 'not_configured', factors, demand };
}

export async function showReset(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const path = `/admin/users/${user.userId}`;
  const isSelf = page.session!.userId === user.userId;
  if (isSelf || (await listSecondFactors(page.scope, user.userId)).length === 0) return redirectTo(page, path);
  render(page, user);
}

function render(page: PageContext, user: User, refusal?: Refusal): void {
  const locals = { user, name: fullName(user), justification: page.form.get('justification') };
  renderPage(page, 'admin-console/users/reset-second-factors', locals, { refusal });
}

/** S109, S110: with a justification and the administrator's own password. */
export async function submitReset(page: PageContext): Promise<void> {
  const { scope, session, form, browser, params } = page;
  const user = await getUser(scope, params.user!);
  const input = { userId: user.userId, justification: form.get('justification'), password: form.get('password'), browser };
  const done = await submitForm(
    page,
    async () => {
      await resetSecondFactors(scope, await rulesOf(page), session!, input, await networkOf(page));
      return true;
    },
    (refusal) => render(page, user, refusal),
  );
  if (done) redirectTo(page, `/admin/users/${user.userId}`, 'second_factors_reset');
}
