import { z } from 'zod';
import { dayIn, isDay } from '../../../platform/clock/index.ts';
import { AppError, inputFaults, invalidInput, textOf } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { fullName, holdUser, type User } from '../users/index.ts';
import { giveBack } from './give-back.ts';
import { keepsOut, type PlannedDeactivation } from './plan.ts';
import { countUnplannedAdministrators, deletePlan, findPlan, lockPlanOf, savePlan } from './store.ts';

const day = z.string().refine(isDay, 'fields.custom_date');

/** As a form or a program gives it: days as YYYY-MM-DD. */
export const planInput = z.object({
  startsOn: day,
  endsOn: day,
  description: textOf(500),
});
export type PlanInput = z.input<typeof planInput>;

/**
 * S120–S124: from the first day's beginning until the last day's the person is deactivated.
 * @throws AppError invalid_input, own_account, last_administrator, status_conflict (not Activated, or planned already)
 */
export const planDeactivation = useCase(async (scope, userId: string, input: PlanInput, timeZone: string): Promise<void> => {
  const user = await holdUser(scope, userId);
  if (scope.actor.id === user.userId) throw new AppError('own_account', 409);
  if (user.status !== 'activated' || (await findPlan(scope, user.userId))) throw new AppError('status_conflict', 409);
  const plan = check(input, dayIn(timeZone, scope.clock.now()));
  if (user.role === 'administrator' && (await countUnplannedAdministrators(scope, user.userId)) === 0)
    throw new AppError('last_administrator', 409);
  await savePlan(scope, user.userId, plan);
  await record(scope, 'user.deactivation-planned', user, { after: bare(plan) });
});

/** S126. Of a period that has begun the end can be moved, the beginning not. @param version the one the editor saw. @throws AppError as planDeactivation; changed_meanwhile */
export const editPlan = useCase(async (scope, userId: string, input: PlanInput, version: number, timeZone: string): Promise<void> => {
  const { user, plan: before } = await lockPlan(scope, userId);
  if (before.version !== version) throw new AppError('changed_meanwhile', 409);
  const today = dayIn(timeZone, scope.clock.now());
  const after = check(before.beganAt ? { ...input, startsOn: before.startsOn } : input, today, before.beganAt);
  await savePlan(scope, user.userId, after);
  await record(scope, 'user.deactivation-planned', user, { before: bare(before), after: bare(after) });
});

/** S127: the person stays, or returns at once if the period has begun and their directory does not keep them out. */
export const removePlan = useCase(async (scope, userId: string): Promise<void> => {
  const { user, plan } = await lockPlan(scope, userId);
  if (keepsOut(plan, user)) await giveBack(scope, user);
  await deletePlan(scope, user.userId);
  await record(scope, 'user.deactivation-removed', user, { before: bare(plan) });
});

/** Somebody decided otherwise before the end: a period that has begun, and does not keep the person out any more, is over. */
export async function dropOverruledPlan(scope: Transaction, userId: string): Promise<void> {
  const user = await holdUser(scope, userId);
  const plan = await lockPlanOf(scope, user.userId);
  if (!plan?.beganAt || keepsOut(plan, user)) return;
  await deletePlan(scope, user.userId);
  await record(scope, 'user.deactivation-removed', user, { before: bare(plan) });
}

async function lockPlan(scope: Transaction, userId: string): Promise<{ user: User; plan: PlannedDeactivation }> {
  const user = await holdUser(scope, userId);
  if (scope.actor.id === user.userId) throw new AppError('own_account', 409);
  const plan = await lockPlanOf(scope, user.userId);
  if (!plan) throw new AppError('changed_meanwhile', 409);
  return { user, plan };
}

function check(input: PlanInput, today: string, beganAt?: Date): Omit<PlannedDeactivation, 'version'> {
  const parsed = planInput.safeParse(input);
  const faults = parsed.error ? inputFaults(parsed.error) : {};
  const { startsOn, endsOn } = input;
  if (!faults.startsOn && !beganAt && startsOn < today) faults.startsOn = 'fields.day_past';
  if (!faults.endsOn && (endsOn <= startsOn || endsOn <= today)) faults.endsOn = 'fields.day_not_after';
  if (!parsed.data || Object.keys(faults).length > 0) throw invalidInput(faults);
  return { ...parsed.data, beganAt };
}

const bare = ({ startsOn, endsOn, description }: PlanInput): PlanInput => ({ startsOn, endsOn, description });

const record = (
  scope: Transaction,
  type: 'user.deactivation-planned' | 'user.deactivation-removed',
  user: User,
  details: Record<string, unknown>,
): Promise<void> => recordEvent(scope, { type, subject: { kind: 'user', id: user.userId, name: fullName(user) }, details });
