import { changeRequiredNetworkPassword, type PendingRequest, type Step } from '../../domain/sign-in/authentication/index.ts';
import {
  cancelPath,
  isOfNetworkForm,
  networkChangeAt,
  type PageContext,
  type Refusal,
  readNetworkPasswords,
  renderPage,
  submitForm,
} from '../request/index.ts';
import { loadStep } from './pending.ts';
import { goOn } from './sign-in.ts';

/** The directory wants another password: the person changes that of the network, here. */
export async function showNetworkPassword(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'network-password');
  if (due) render(page, due);
}

export async function submitNetworkPassword(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'network-password');
  if (!due) return;
  const { request } = due;
  const at = await networkChangeAt(page);
  const proven = await submitForm(
    page,
    () => changeRequiredNetworkPassword(page.scope, at, { ...request, proven: request.proven! }, readNetworkPasswords(page)),
    (refusal) => render(page, due, refusal),
    isOfNetworkForm,
  );
  if (proven) await goOn(page, { ...request, proven }, async () => page.ctx.redirect(`${page.context.mount}/sign-in/${request.address}`));
}

type Due = { request: PendingRequest; step: Extract<Step, { step: 'network-password' }> };

function render(page: PageContext, { request, step }: Due, refusal?: Refusal): void {
  const action = `/sign-in/${request.address}/network-password`;
  renderPage(page, 'sign-in/network-password', { why: step.why, action, cancel: cancelPath(request) }, { refusal });
}
