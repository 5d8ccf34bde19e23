import { removeRecoveryEmail, requestEmailChange, requestRecoveryEmail } from '../../domain/people/address-changes/index.ts';
import { getUser } from '../../domain/people/users/index.ts';
import { endLinks, type LinkKind } from '../../domain/records/one-time-links/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { type PageContext, type Refusal, redirectTo, renderPage, submitForm } from '../request/index.ts';

/** Links that wait for somebody to agree to an address. */
export const addressKinds: LinkKind[] = ['email-change', 'email-confirm', 'recovery-email'];

/** The person thought better of it: what was mailed does nothing. */
export async function submitCancel(page: PageContext): Promise<void> {
  const kind = addressKinds.find((one) => one === page.form.get('kind'));
  if (kind) await endLinks(page.scope, { userId: page.session!.userId }, kind);
  redirectTo(page, '/account?done=change_cancelled');
}

export async function showEmail(page: PageContext, refusal?: Refusal): Promise<void> {
  const user = await getUser(page.scope, page.session!.userId);
  if (!user.email) throw notFound();
  renderPage(page, 'account/email', { current: user.email, email: page.form.get('email') }, { refusal });
}

export async function submitEmail(page: PageContext): Promise<void> {
  await submitForm(
    page,
    async () => {
      await requestEmailChange(page.scope, page.session!.userId, page.form.get('email').trim());
      redirectTo(page, '/account?done=email_change_sent');
    },
    (refusal) => showEmail(page, refusal),
  );
}

export async function showRecoveryEmail(page: PageContext, refusal?: Refusal): Promise<void> {
  const user = await getUser(page.scope, page.session!.userId);
  const locals = { current: user.recoveryEmail, recoveryEmail: page.form.get('recoveryEmail') };
  renderPage(page, 'account/recovery-email', locals, { refusal });
}

export async function submitRecoveryEmail(page: PageContext): Promise<void> {
  const { scope, session, form } = page;
  if (form.get('remove') === 'yes') {
    await removeRecoveryEmail(scope, session!.userId);
    return redirectTo(page, '/account?done=recovery_email_removed');
  }
  await submitForm(
    page,
    async () => {
      await requestRecoveryEmail(scope, session!.userId, form.get('recoveryEmail').trim());
      redirectTo(page, '/account?done=recovery_email_sent');
    },
    (refusal) => showRecoveryEmail(page, refusal),
  );
}
