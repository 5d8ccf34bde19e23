import { isDeepStrictEqual } from 'node:util';
import { newId } from '../../../platform/crypto/index.ts';
import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { listApplicationsByIds } from '../../applications/applications/index.ts';
import { changePolicy, confirmPolicy, keepsWayIn } from '../../sign-in/authentication/index.ts';
import { factorKinds } from '../../sign-in/credentials/factors/index.ts';
import { loadPolicy, type PolicyOverride, rulesInForce, rulesSchema, trialAt } from '../../sign-in/sign-in-policy/index.ts';
import { type DesiredContext, nameOverrides, type OverrideTarget, withKeys } from '../configuration/index.ts';
import type { Applying } from './applying.ts';
import { getApplicationByCode, getGroupByName } from './find-named.ts';
import { mergeSettings } from './merge-given.ts';
import { part } from './part.ts';

type DesiredPolicy = NonNullable<DesiredContext['policy']>;

/**
 * Rules that would keep out every administrator who is signed in now are refused, as in the console; so are those by which none is known to get in while nobody is
 * signed in, unless somebody has taken note of that. Nobody sits there to confirm a trial, and who has the file can put
 * the one before back: what the file says stands at once, unless `onTrial` is asked for. What somebody tries in the console at this moment is not decided by the way.
 * @param removed keys of overrides that go
 */
export async function applyPolicy(applying: Applying, desired: DesiredPolicy, removed: ReadonlySet<string> = new Set()): Promise<void> {
  const { scope, result, policy: options } = applying;
  const { overrides: wanted = [], ...base } = desired;
  const saysOverrides = (wanted as unknown[]).length > 0 || removed.size > 0;
  const stored = await loadPolicy(scope);
  const before = rulesInForce(stored, scope.clock.now());
  const present = await keyed(applying, before.overrides);
  const resolved: (PolicyOverride | object)[] = [];
  const overrides = new Map(before.overrides.map((one): [string, object] => [one.overrideId, one]));
  for (const key of removed) overrides.delete(present.get(key)?.overrideId ?? '');
  for (const [index, { key, for: target, ...parts }] of withKeys(wanted as { for: OverrideTarget }[]).entries()) {
    const overrideId = present.get(key)?.overrideId ?? newId();
    const path = ['policy', 'overrides', index, 'for'];
    const whom = await part(
      applying,
      path,
      (inside) => resolveTarget(inside, target),
      () => Object.keys(target),
    );
    // of one that was refused the rules are looked at nevertheless, as of everybody
    const one = { ...mergeSettings({}, parts), overrideId, for: whom ?? everybody };
    resolved[index] = one;
    overrides.set(overrideId, one);
  }
  const list = [...overrides.values()];
  const placeOf = (index: number) => resolved.indexOf(list[index]!);
  const save = async ({ scope }: Applying) => {
    const after = parseInput(rulesSchema, { base: mergeSettings(before.base, base), overrides: list }, 'path');
    const isUnchanged = isSame(after, before);
    const trial = options?.onTrial ? undefined : trialAt(stored, scope.clock.now());
    // going back to the rules before it is free, and so is a file that says nothing of what differs
    if (trial && !isSame(after, trial.before)) {
      const asBefore = {
        base: mergeSettings(trial.before.base, base),
        overrides: saysOverrides ? after.overrides : trial.before.overrides,
      };
      if (!isUnchanged || !isSame(asBefore, trial.before)) throw new AppError('policy_on_trial', 409);
    }
    if (isUnchanged) return;
    const usable = options?.usableFactors ?? factorKinds;
    if (!options?.mayLockOut && !(await keepsWayIn(scope, { before, after }, usable))) throw new AppError('policy_without_way_in', 409);
    const done = await changePolicy(scope, after, stored.version, usable);
    const isConfirmed = done.outcome === 'on-trial' && !options?.onTrial;
    if (isConfirmed) await confirmPolicy(scope, stored.version + 1);
    result.changes.push({ action: 'changed', what: 'sign-in policy', ...(isConfirmed ? { details: 'at once, without a trial' } : {}) });
  };
  // the rules are kept as `base` and `overrides`; in the file they are one
  await part(applying, ['policy'], save, ([first, index, ...rest]) => {
    if (first === 'overrides' && index !== undefined) return [first, placeOf(Number(index)), ...rest];
    return (first === 'base' ? [index, ...rest] : [first, index, ...rest]).filter((step) => step !== undefined);
  });
}

const everybody: PolicyOverride['for'] = { kind: 'role', role: 'regular' };

const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(plainly(one), plainly(other));
const plainly = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The overrides that there are, by the key of each. */
async function keyed({ scope }: Applying, overrides: PolicyOverride[]): Promise<Map<string, PolicyOverride>> {
  const ids = overrides.flatMap(({ for: target }) => (target.kind === 'application' ? [target.applicationId] : []));
  const applications = ids.length > 0 ? await listApplicationsByIds(scope, ids) : [];
  const codes = new Map(applications.map(({ applicationId, code }) => [applicationId, code]));
  return new Map(withKeys(await nameOverrides(scope, overrides, codes)).map(({ key, override }) => [key, override]));
}

async function resolveTarget(applying: Applying, target: OverrideTarget): Promise<PolicyOverride['for']> {
  if ('role' in target && target.role) return { kind: 'role', role: target.role };
  if ('group' in target && target.group) return { kind: 'group', groupId: (await getGroupByName(applying, target.group)).groupId };
  const { application: code } = target as { application: string };
  return { kind: 'application', applicationId: (await getApplicationByCode(applying, code)).applicationId };
}
