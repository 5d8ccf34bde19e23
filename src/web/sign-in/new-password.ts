import { changeRequiredPassword, type PendingRequest, type Proven, type Step } from '../../domain/sign-in/authentication/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { fieldTexts, type PageContext, policyOf, renderPage, rulesOf } from '../request/index.ts';
import { formTargets, loadStep } from './pending.ts';
import { goOn } from './sign-in.ts';

export async function showNewPassword(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'new-password');
  if (due) await render(page, due);
}

export async function submitNewPassword(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'new-password');
  if (!due) return;
  const { request } = due;
  let proven: Proven;
  try {
    proven = await changeRequiredPassword(
      page.scope,
      await rulesOf(page),
      { ...request, proven: request.proven! },
      page.form.get('newPassword'),
      page.form.get('repeatPassword'),
    );
  } catch (error) {
    if (!(error instanceof AppError && error.fields)) throw error;
    return render(page, due, error);
  }
  await goOn(page, { ...request, proven }, async () => page.ctx.redirect(`${page.context.mount}/sign-in/${request.requestId}`));
}

type Due = { request: PendingRequest; step: Extract<Step, { step: 'new-password' }> };

async function render(page: PageContext, { request, step }: Due, error?: AppError): Promise<void> {
  const { password } = await policyOf(page, request.proven!.userId, request.applicationId);
  renderPage(
    page,
    'sign-in/new-password',
    { fields: fieldTexts(page, error), rules: password, why: step.why, action: `/sign-in/${request.requestId}/new-password` },
    { status: error ? error.status : 200, formAction: formTargets(request) },
  );
}
