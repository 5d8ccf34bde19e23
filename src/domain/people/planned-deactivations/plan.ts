import { startOfDay } from '../../../platform/clock/index.ts';
import type { User } from '../users/index.ts';

/** Days are YYYY-MM-DD in the company's time zone: the first one without access, and the first one with access again. */
export type PlannedDeactivation = {
  startsOn: string;
  endsOn: string;
  description: string;
  /** When the plan itself deactivated the person. */
  beganAt?: Date;
  version: number;
};

/** The plan deactivated the person, and nobody changed their status since. */
export const keepsOut = (plan: Pick<PlannedDeactivation, 'beganAt'>, user: Pick<User, 'status' | 'statusChangedAt'>): boolean =>
  user.status === 'deactivated' && plan.beganAt?.getTime() === user.statusChangedAt.getTime();

/**
 * What is due now: `begin` deactivates; `return` gives access back, only if it was the plan that took it; `over` forgets a plan that has nothing more to do, because
 * an administrator decided otherwise in between.
 */
export function dueStep(
  plan: PlannedDeactivation,
  user: Pick<User, 'status' | 'statusChangedAt'>,
  timeZone: string,
  now: Date,
): 'begin' | 'return' | 'over' | undefined {
  if (now >= startOfDay(timeZone, plan.endsOn)) return keepsOut(plan, user) ? 'return' : 'over';
  if (plan.beganAt) return keepsOut(plan, user) ? undefined : 'over';
  if (now < startOfDay(timeZone, plan.startsOn)) return undefined;
  return user.status === 'activated' || user.status === 'blocked' ? 'begin' : 'over';
}
