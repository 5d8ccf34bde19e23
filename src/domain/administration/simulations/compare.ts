import { type Arrived, judge, type Outcome, type Person, type Setting } from './judge.ts';
import type { Policies, Source } from './policies.ts';
import type { World } from './world.ts';

/** The rule that makes it so: an override by whom it is for; left out where it is the company's own, or no rule of the policy. */
export type Reason = { code: string; from?: Source };

export const effects = ['refused', 'asked'] as const;
export type Effect = (typeof effects)[number];

/** What would be different for somebody at one application, or at the Launchpad. */
export type Finding = { applicationId?: string; effect: Effect; reasons: Reason[] };

/** Of all ways in which somebody came, what would be worse; one finding for each application, the worst. */
export function compare(worlds: { before: World; after: World }, person: Person, arrivals: Arrived[], setting: Setting): Finding[] {
  const found = new Map<string, Finding>();
  for (const arrived of arrivals) {
    const key = arrived.applicationId ?? '';
    const known = found.get(key);
    if (known?.effect === 'refused') continue;
    const before = judge(worlds.before, person, arrived, setting);
    if (before.refusal) continue; // it happened, and would not happen again today: that is none of the change's doing
    const after = judge(worlds.after, person, arrived, setting);
    const finding = describe(before, after, worlds.after.policies, arrived);
    if (finding && (finding.effect === 'refused' || !known)) found.set(key, finding);
  }
  return [...found.values()];
}

function describe(before: Outcome, after: Outcome, policies: Policies, { applicationId, at, signIn }: Arrived): Finding | undefined {
  const reason = (code: string): Reason => {
    const from = policies.sourceOf(after.subject, code, { ip: signIn?.ip ?? '', now: at });
    return from ? { code, from } : { code };
  };
  if (after.refusal) return { applicationId, effect: 'refused', reasons: [reason(after.refusal)] };
  const more = after.asks.filter((step) => !before.asks.includes(step));
  return more.length > 0 ? { applicationId, effect: 'asked', reasons: more.map(reason) } : undefined;
}
