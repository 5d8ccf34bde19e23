import { changeRequiredPassword, type PendingRequest, type Proven } from '../../domain/authentication/index.ts';
import { getSignInPolicy } from '../../domain/sign-in-policy/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../request/index.ts';
import { formTargets, loadPending, stepOf } from './pending.ts';
import { goOn } from './sign-in.ts';

export async function showNewPassword(page: PageContext): Promise<void> {
  const request = await loadChange(page);
  if (request) render(page, request);
}

export async function submitNewPassword(page: PageContext): Promise<void> {
  const request = await loadChange(page);
  if (!request) return;
  let proven: Proven;
  try {
    proven = await changeRequiredPassword(
      page.scope,
      page.services.hasher,
      { ...request, proven: request.proven! },
      page.form.get('newPassword'),
      page.form.get('repeatPassword'),
    );
  } catch (error) {
    if (!(error instanceof AppError && error.fields)) throw error;
    return render(page, request, error);
  }
  await goOn(page, { ...request, proven }, async () => page.ctx.redirect(`${page.context.mount}/sign-in/${request.requestId}`));
}

/** Only while this step is due: a person cannot jump here, nor come back to it. */
async function loadChange(page: PageContext): Promise<PendingRequest | undefined> {
  const request = await loadPending(page);
  if (!request) return undefined;
  if ((await stepOf(page, request)).step === 'new-password') return request;
  page.ctx.redirect(`${page.context.mount}/sign-in/${request.requestId}`);
  return undefined;
}

function render(page: PageContext, request: PendingRequest, error?: AppError): void {
  const { passwordMinLength } = getSignInPolicy(page.scope);
  const fields = Object.fromEntries(Object.entries(error?.fields ?? {}).map(([field, key]) => [field, page.t(key, error!.params)]));
  renderPage(
    page,
    'sign-in/new-password',
    { fields, min: passwordMinLength, action: `/sign-in/${request.requestId}/new-password` },
    { status: error ? error.status : 200, formAction: formTargets(request) },
  );
}
