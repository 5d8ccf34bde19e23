import { editPlan, findPlan, type PlanInput, planDeactivation, removePlan } from '../../../domain/people/planned-deactivations/index.ts';
import { fullName, getUser, type User } from '../../../domain/people/users/index.ts';
import { dayIn } from '../../../platform/clock/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

/** S120–S127. */
export async function showPlan(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const plan = await findPlan(page.scope, user.userId);
  const isSelf = page.session!.userId === user.userId;
  if (isSelf || (!plan && user.status !== 'activated')) return redirectTo(page, `/admin/users/${user.userId}`);
  const today = dayIn(page.context.timeZone, page.services.clock.now());
  render(page, user, plan ?? { startsOn: today, endsOn: '', description: '' }, plan?.beganAt !== undefined);
}

function render(page: PageContext, user: User, values: PlanInput & { version?: number }, hasBegun: boolean, refusal?: Refusal): void {
  const locals = { user, name: fullName(user), values, hasBegun, timeZone: page.context.timeZone };
  renderPage(page, 'admin-console/users/planned-deactivation', locals, { refusal });
}

export async function submitPlan(page: PageContext): Promise<void> {
  const { form, context } = page;
  const user = await getUser(page.scope, page.params.user!);
  const input = { startsOn: form.get('startsOn'), endsOn: form.get('endsOn'), description: form.get('description') };
  const version = form.has('version') ? shownVersion(page) : undefined;
  const done = await submitForm(
    page,
    async () => {
      if (version === undefined) await planDeactivation(page.scope, user.userId, input, context.timeZone);
      else await editPlan(page.scope, user.userId, input, version, context.timeZone);
      return true;
    },
    (refusal) => render(page, user, { ...input, version }, form.has('hasBegun'), refusal),
  );
  if (done) redirectTo(page, `/admin/users/${user.userId}`, 'deactivation_planned');
}

export async function confirmRemoval(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const back = `/admin/users/${user.userId}`;
  if (!(await findPlan(page.scope, user.userId))) return redirectTo(page, back);
  const locals = { question: 'confirm.remove_planned_deactivation', name: fullName(user), back };
  renderPage(page, 'admin-console/confirm', { ...locals, action: `${back}/temporary-deactivation/remove` });
}

export async function submitRemoval(page: PageContext): Promise<void> {
  await removePlan(page.scope, page.params.user!);
  redirectTo(page, `/admin/users/${page.params.user}`, 'deactivation_removed');
}
