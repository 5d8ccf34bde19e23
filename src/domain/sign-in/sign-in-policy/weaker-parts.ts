import type { Role } from '../../people/users/index.ts';
import { demands, type PolicyRules, type SecondFactorDemand } from './policy.ts';
import { partsOf, strictest } from './strictest.ts';

const less = (own: number, other: number) => own < other;
const more = (own: number, other: number) => own > other;
/** 0 is never, and never is the weakest. */
const later = (own: number, other: number) => other !== 0 && (own === 0 || own > other);
/** 0 is never, and never is the strictest. */
const sooner = (own: number, other: number) => own !== 0 && (other === 0 || own < other);
const lacks = (own: unknown[], other: unknown[]) => other.some((one) => !own.includes(one));
const isNone = (own: unknown[], other: unknown[]) => own.length === 0 && other.length > 0;
const isOff = (own: boolean, other: boolean) => !own && other;
const never = () => false;

/** When a part of one policy is weaker than the same part of another. Which identifiers and factors are taken is no matter of more or less. */
export const weakerWhen: Record<string, (own: never, other: never) => boolean> = {
  'identifiers.email': never,
  'identifiers.username': never,
  'lockout.limit': more,
  'lockout.decayMinutes': less,
  'lockout.unblockAfterMinutes': sooner,
  'lockout.mail': isOff,
  'password.minLength': less,
  'password.classes': lacks,
  'password.history': less,
  'password.expiryDays': later,
  'password.refuseBreached': isOff,
  'session.idleMinutes': more,
  'session.lifetimeHours': more,
  'session.keepDays': more,
  'secondFactor.demand': (own: SecondFactorDemand, other: SecondFactorDemand) => demands.indexOf(own) < demands.indexOf(other),
  'secondFactor.factors': never,
  'secondFactor.rememberDays': more,
  networks: isNone,
  hours: isNone,
};

export type WeakerPart = { part: string; own: string; other: string };

const roles: Role[] = ['regular', 'administrator'];

/** The parts in which these rules ask for less than the others, of whoever is in no group and at no application; each part once, in the order of the policy. */
export function weakerParts(rules: PolicyRules, others: PolicyRules): WeakerPart[] {
  const found = new Map<string, WeakerPart>();
  for (const role of roles) {
    const subject = { role, groupIds: [] };
    const theirs = new Map(partsOf(strictest(others, subject)));
    for (const [part, own] of partsOf(strictest(rules, subject))) {
      const other = theirs.get(part);
      if (!found.has(part) && weakerWhen[part]?.(own as never, other as never))
        found.set(part, { part, own: wordOf(own), other: wordOf(other) });
    }
  }
  return [...found.values()];
}

const wordOf = (value: unknown): string =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(', ') : plain(value);
const plain = (value: unknown): string => (typeof value === 'object' ? '' : String(value));
