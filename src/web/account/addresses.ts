import { removeRecoveryEmail, requestEmailChange, requestRecoveryEmail } from '../../domain/people/address-changes/index.ts';
import { getUser } from '../../domain/people/users/index.ts';
import { endLinks, type LinkKind } from '../../domain/records/one-time-links/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { fieldTexts, type PageContext, redirectTo, renderPage } from '../request/index.ts';

/** Links that wait for somebody to agree to an address. */
export const addressKinds: LinkKind[] = ['email-change', 'email-confirm', 'recovery-email'];

/** The person thought better of it: what was mailed does nothing. */
export async function submitCancel(page: PageContext): Promise<void> {
  const kind = addressKinds.find((one) => one === page.form.get('kind'));
  if (kind) await endLinks(page.scope, { userId: page.session!.userId }, kind);
  redirectTo(page, '/account?done=change_cancelled');
}

export async function showEmail(page: PageContext, error?: AppError): Promise<void> {
  const user = await getUser(page.scope, page.session!.userId);
  if (!user.email) throw notFound();
  const locals = { current: user.email, email: page.form.get('email'), fields: fieldTexts(page, error) };
  renderPage(page, 'account/email', locals, { status: error?.status ?? 200 });
}

export async function submitEmail(page: PageContext): Promise<void> {
  try {
    await requestEmailChange(page.scope, page.session!.userId, page.form.get('email').trim());
  } catch (error) {
    if (!(error instanceof AppError && error.fields)) throw error;
    return showEmail(page, error);
  }
  redirectTo(page, '/account?done=email_change_sent');
}

export async function showRecoveryEmail(page: PageContext, error?: AppError): Promise<void> {
  const user = await getUser(page.scope, page.session!.userId);
  const locals = { current: user.recoveryEmail, recoveryEmail: page.form.get('recoveryEmail'), fields: fieldTexts(page, error) };
  renderPage(page, 'account/recovery-email', locals, { status: error?.status ?? 200 });
}

export async function submitRecoveryEmail(page: PageContext): Promise<void> {
  const { scope, session, form } = page;
  if (form.get('remove') === 'yes') {
    await removeRecoveryEmail(scope, session!.userId);
    return redirectTo(page, '/account?done=recovery_email_removed');
  }
  try {
    await requestRecoveryEmail(scope, session!.userId, form.get('recoveryEmail').trim());
  } catch (error) {
    if (!(error instanceof AppError && error.fields)) throw error;
    return showRecoveryEmail(page, error);
  }
  redirectTo(page, '/account?done=recovery_email_sent');
}
