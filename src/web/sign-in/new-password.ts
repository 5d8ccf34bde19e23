import { changeRequiredPassword, type PendingRequest, type Step } from '../../domain/sign-in/authentication/index.ts';
import { cancelPath, type PageContext, policyOf, type Refusal, renderPage, rulesOf, submitForm } from '../request/index.ts';
import { loadStep } from './pending.ts';
import { goOn } from './sign-in.ts';

export async function showNewPassword(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'new-password');
  if (due) await render(page, due);
}

export async function submitNewPassword(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'new-password');
  if (!due) return;
  const { request } = due;
  const rules = await rulesOf(page);
  const proven = await submitForm(
    page,
    () =>
      changeRequiredPassword(
        page.scope,
        rules,
        { ...request, proven: request.proven! },
        { newPassword: page.form.get('newPassword'), repeatPassword: page.form.get('repeatPassword') },
      ),
    (refusal) => render(page, due, refusal),
  );
  if (proven) await goOn(page, { ...request, proven }, async () => page.ctx.redirect(`${page.context.mount}/sign-in/${request.address}`));
}

type Due = { request: PendingRequest; step: Extract<Step, { step: 'new-password' }> };

async function render(page: PageContext, { request, step }: Due, refusal?: Refusal): Promise<void> {
  const { password } = await policyOf(page, request.proven!.userId, request.applicationId);
  renderPage(
    page,
    'sign-in/new-password',
    { rules: password, why: step.why, action: `/sign-in/${request.address}/new-password`, cancel: cancelPath(request) },
    { refusal },
  );
}
