import type { Role } from '../../people/users/index.ts';
import { demands, type Hours, type PolicyOverride, type PolicyRules, type SignInPolicy } from './policy.ts';

/** Who wants in, and where to; `applicationId` is missing at the Launchpad and the console. */
export type PolicySubject = { role: Role; groupIds: string[]; applicationId?: string };

/** The rules in force for somebody: all networks and hours have to admit them. */
export type EffectivePolicy = Omit<SignInPolicy, 'networks' | 'hours'> & { networks: string[][]; hours: Hours[] };

const appliesTo = ({ for: target }: PolicyOverride, subject: PolicySubject): boolean => {
  if (target.kind === 'role') return target.role === subject.role;
  if (target.kind === 'group') return subject.groupIds.includes(target.groupId);
  return target.applicationId === subject.applicationId;
};

const least = (a: number, b: number | undefined) => (b === undefined ? a : Math.min(a, b));
const most = (a: number, b: number | undefined) => (b === undefined ? a : Math.max(a, b));
/** 0 means never: any other number is stricter. */
const soonest = (a: number, b: number | undefined) => (b ? (a === 0 ? b : Math.min(a, b)) : a);

/** The strictest of all that apply wins, part by part: an override can take away and never give. */
export function strictest({ base, overrides }: PolicyRules, subject: PolicySubject): EffectivePolicy {
  const company: EffectivePolicy = {
    ...base,
    networks: base.networks.length > 0 ? [base.networks] : [],
    hours: base.hours ? [base.hours] : [],
  };
  return overrides.filter((override) => appliesTo(override, subject)).reduce(tighten, company);
}

/** One part of the rules in force, named as in `password.minLength`; `from` is the last override that made it stricter, none for the company's own. */
export type ExplainedPart = { part: string; value: unknown; from?: PolicyOverride };

/** The rules in force, part by part, and where each comes from. */
export function explainPolicy({ base, overrides }: PolicyRules, subject: PolicySubject): ExplainedPart[] {
  const parts = partsOf(strictest({ base, overrides: [] }, subject)).map(([part, value]): ExplainedPart => ({ part, value }));
  overrides.forEach((override, index) => {
    const stricter = new Map(partsOf(strictest({ base, overrides: overrides.slice(0, index + 1) }, subject)));
    for (const one of parts) {
      const value = stricter.get(one.part);
      if (JSON.stringify(value) !== JSON.stringify(one.value)) Object.assign(one, { value, from: override });
    }
  });
  return parts;
}

function tighten(now: EffectivePolicy, { password, session, secondFactor, networks, hours }: PolicyOverride): EffectivePolicy {
  const demand = secondFactor.demand ?? 'off';
  return {
    ...now,
    password: {
      minLength: most(now.password.minLength, password.minLength),
      classes: [...new Set([...now.password.classes, ...(password.classes ?? [])])],
      history: most(now.password.history, password.history),
      expiryDays: soonest(now.password.expiryDays, password.expiryDays),
      refuseBreached: now.password.refuseBreached || password.refuseBreached === true,
    },
    session: {
      ...now.session,
      idleMinutes: least(now.session.idleMinutes, session.idleMinutes),
      lifetimeHours: least(now.session.lifetimeHours, session.lifetimeHours),
      // who may stay signed in for weeks is not somebody with a limit of hours
      keepDays: session.lifetimeHours === undefined && session.idleMinutes === undefined ? now.session.keepDays : 0,
    },
    secondFactor: {
      demand: demands[Math.max(demands.indexOf(now.secondFactor.demand), demands.indexOf(demand))]!,
      factors: now.secondFactor.factors.filter((factor) => !secondFactor.factors || secondFactor.factors.includes(factor)),
      rememberDays: least(now.secondFactor.rememberDays, secondFactor.rememberDays),
    },
    networks: networks.length > 0 ? [...now.networks, networks] : now.networks,
    hours: hours ? [...now.hours, hours] : now.hours,
  };
}

/** Every part of it, named as in `password.minLength`. */
export function partsOf({ networks, hours, ...groups }: EffectivePolicy): [string, unknown][] {
  return [
    ...Object.entries(groups).flatMap(([group, parts]) =>
      Object.entries(parts).map(([part, value]) => [`${group}.${part}`, value] as [string, unknown]),
    ),
    ['networks', networks],
    ['hours', hours],
  ];
}
