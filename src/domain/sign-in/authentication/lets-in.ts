import type { FactorKind } from '../credentials/factors/index.ts';
import { admits, type EffectivePolicy } from '../sign-in-policy/index.ts';

/** Whether a policy lets an administrator in from a place, at one of the times. Where the place is not known, only rules without networks do so for certain. */
export function letsIn(
  { identifiers, networks, hours, secondFactor: { demand, factors } }: EffectivePolicy,
  { ip, times }: { ip?: string; times: Date[] },
  usableFactors: FactorKind[],
): boolean {
  // administrators sign in by e-mail (S57)
  if (!identifiers.email) return false;
  if (demand === 'required' && !factors.some((factor) => usableFactors.includes(factor))) return false;
  if (networks.length > 0 && ip === undefined) return false;
  return times.some((now) => admits({ networks, hours }, { ip: ip ?? '', now }) === undefined);
}

const quarterMs = 15 * 60 * 1000;
const quartersOfWeek = 7 * 24 * 4;

/** Every quarter of an hour of a week. */
export const quartersOfWeekFrom = (now: Date): Date[] =>
  Array.from({ length: quartersOfWeek }, (_, index) => new Date(now.getTime() + index * quarterMs));
