import { isDeepStrictEqual } from 'node:util';
import { newId } from '../../../platform/crypto/index.ts';
import { AppError, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { findApplicationByCode, listApplicationsByIds } from '../../applications/applications/index.ts';
import { findGroupByName } from '../../people/groups/index.ts';
import { changePolicy, confirmPolicy } from '../../sign-in/authentication/index.ts';
import { loadPolicy, type PolicyOverride, rulesInForce, rulesSchema } from '../../sign-in/sign-in-policy/index.ts';
import { type DesiredContext, nameOverrides, type OverrideTarget, withKeys } from '../configuration/index.ts';
import type { Applying } from './applying.ts';
import { mergeSettings } from './merge-given.ts';

type DesiredPolicy = NonNullable<DesiredContext['policy']>;

/**
 * Rules that would keep out every administrator who is signed in now are refused, as in the console. Nobody sits there to confirm a trial, and who has the file can put
 * the one before back: what the file says stands at once, unless `onTrial` is asked for.
 * @param removed keys of overrides that go
 */
export async function applyPolicy(applying: Applying, desired: DesiredPolicy, removed: ReadonlySet<string> = new Set()): Promise<void> {
  const { scope, result, policy: options } = applying;
  const { overrides: wanted = [], ...base } = desired;
  const stored = await loadPolicy(scope);
  const before = rulesInForce(stored, scope.clock.now());
  const present = await keyed(applying, before.overrides);
  const resolved: (PolicyOverride | object)[] = [];
  const overrides = new Map(before.overrides.map((one): [string, object] => [one.overrideId, one]));
  for (const key of removed) overrides.delete(present.get(key)?.overrideId ?? '');
  for (const [index, { key, for: target, ...parts }] of withKeys(wanted as { for: OverrideTarget }[]).entries()) {
    const overrideId = present.get(key)?.overrideId ?? newId();
    const one = {
      ...withoutNothing(parts),
      overrideId,
      for: await applying.at('policy', 'overrides', index)(resolveTarget(applying, target)),
    };
    resolved.push(one);
    overrides.set(overrideId, one);
  }
  const list = [...overrides.values()];
  const placeOf = (index: string) => resolved.indexOf(list[Number(index)]!);
  const save = async () => {
    const after = parseInput(rulesSchema, { base: mergeSettings(before.base, base), overrides: list }, 'path');
    if (isDeepStrictEqual(plainly(after), plainly(before))) return;
    const done = await changePolicy(scope, after, stored.version, options?.usableFactors);
    const isConfirmed = done.outcome === 'on-trial' && !options?.onTrial;
    if (isConfirmed) await confirmPolicy(scope, stored.version + 1);
    result.changes.push({ action: 'changed', what: 'sign-in policy', ...(isConfirmed ? { details: 'at once, without a trial' } : {}) });
  };
  await applying.at('policy')(save().catch((error: unknown) => Promise.reject(inFilesWords(error, placeOf))));
}

const plainly = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const withoutNothing = (parts: object): object => Object.fromEntries(Object.entries(parts).filter(([, value]) => value != null));

/** The overrides that there are, by the key of each. */
async function keyed({ scope }: Applying, overrides: PolicyOverride[]): Promise<Map<string, PolicyOverride>> {
  const ids = overrides.flatMap(({ for: target }) => (target.kind === 'application' ? [target.applicationId] : []));
  const applications = ids.length > 0 ? await listApplicationsByIds(scope, ids) : [];
  const codes = new Map(applications.map(({ applicationId, code }) => [applicationId, code]));
  return new Map(withKeys(await nameOverrides(scope, overrides, codes)).map(({ key, override }) => [key, override]));
}

async function resolveTarget({ scope }: Applying, target: OverrideTarget): Promise<PolicyOverride['for']> {
  if ('role' in target && target.role) return { kind: 'role', role: target.role };
  if ('group' in target && target.group) {
    const group = await findGroupByName(scope, target.group);
    if (!group) throw new AppError('unknown_group', 422, { params: { name: target.group } });
    return { kind: 'group', groupId: group.groupId };
  }
  const { application: code } = target as { application: string };
  const application = await findApplicationByCode(scope, code);
  if (!application) throw new AppError('unknown_application', 422, { params: { code } });
  return { kind: 'application', applicationId: application.applicationId };
}

/** The rules are kept as `base` and `overrides`; in the file they are one. */
function inFilesWords(error: unknown, placeOf: (index: string) => number): unknown {
  if (!(error instanceof AppError) || error.code !== 'invalid_input') return error;
  const fields = Object.entries(error.fields ?? {}).map(([path, message]) => [
    path.replace(/^base\.?/, '').replace(/^overrides\.(\d+)/, (_, index: string) => `overrides[${placeOf(index)}]`),
    message,
  ]);
  return invalidInput(Object.fromEntries(fields), error.params);
}
