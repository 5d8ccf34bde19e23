import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import { listApplicationsByIds } from '../../applications/applications/index.ts';
import { type ApplicationReach, listReaches } from '../../applications/assignments/index.ts';
import { termsSettings } from '../../applications/consents/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { type DirectoryRules, directoryRules } from '../../people/directories/index.ts';
import { findGroupsByName, listGroupsByIds } from '../../people/groups/index.ts';
import type { GroupId, OperationId, Scope } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import { loadPolicy, type PolicyRules, rulesInForce } from '../../sign-in/sign-in-policy/index.ts';
import { rehearse } from '../desired-state/index.ts';
import { type ApplicationChange, type Change, getSimulation, startSimulation } from '../simulations/index.ts';
import { type Comparison, type Outcome, workOutcome } from './comparison.ts';
import type { Choice } from './promotion.ts';
import { writeChanges } from './write-changes.ts';

/** What decides about people, in production's own ids. */
type Picture = { rules: PolicyRules; termsEdition: number; directoryRules: DirectoryRules; reaches: ApplicationReach[] };

const takePicture = async (scope: Scope): Promise<Picture> => ({
  rules: rulesInForce(await loadPolicy(scope), scope.clock.now()),
  termsEdition: (await loadSettings(scope, termsSettings)).value.edition,
  directoryRules: (await loadSettings(scope, directoryRules)).value,
  reaches: await listReaches(scope),
});

/** Production as promoting would leave it: it is written, looked at and taken back, so that names become ids as they really do. */
const takePictureAfter = (scope: Scope, outcome: Outcome, usableFactors: FactorKind[]): Promise<Picture> =>
  rehearse(scope, async (inside) => {
    const written = await writeChanges(inside, outcome, { usableFactors, onTrial: true, mayLockOut: true });
    // it was checked before: somebody has written meanwhile
    if ('refused' in written) throw new AppError('promotion_changed', 409);
    return takePicture(inside);
  });

/** What is chosen, as a change to try. What would be new in production concerns nobody of the last 30 days, and is left out. */
async function findChange(scope: Scope, outcome: Outcome, usableFactors: FactorKind[]): Promise<Change> {
  const before = await takePicture(scope);
  const after = await takePictureAfter(scope, outcome, usableFactors);
  const gone = outcome.changes.filter(({ kind, action }) => kind === 'group' && action === 'remove');
  const removed = await findGroupsByName(
    scope,
    gone.map(({ name }) => name),
  );
  return {
    ...(isDeepStrictEqual(before.rules, after.rules) ? {} : { rules: await withoutNew(scope, after.rules) }),
    ...(before.termsEdition === after.termsEdition ? {} : { termsEdition: after.termsEdition }),
    ...(isDeepStrictEqual(before.directoryRules, after.directoryRules) ? {} : { directoryRules: after.directoryRules }),
    groups: [...removed.values()].map(({ groupId }) => ({ groupId, isRemoved: true })),
    applications: await compareReaches(scope, before.reaches, after.reaches),
  };
}

/** Without stricter rules for a group or an application that is not there yet. */
async function withoutNew(scope: Scope, rules: PolicyRules): Promise<PolicyRules> {
  const targets = rules.overrides.map((one) => one.for);
  const groups = await listGroupsByIds(
    scope,
    targets.flatMap((one) => (one.kind === 'group' ? (one.groupId as GroupId) : [])),
  );
  const applications = await listApplicationsByIds(
    scope,
    targets.flatMap((one) => (one.kind === 'application' ? one.applicationId : [])),
  );
  const known = new Set<string>([...groups.keys(), ...applications.map(({ applicationId }) => applicationId)]);
  const isKnown = (one: (typeof targets)[number]) =>
    one.kind === 'role' || known.has(one.kind === 'group' ? one.groupId : one.applicationId);
  return { ...rules, overrides: rules.overrides.filter((one) => isKnown(one.for)) };
}

async function compareReaches(scope: Scope, before: ApplicationReach[], after: ApplicationReach[]): Promise<ApplicationChange[]> {
  const then = new Map(after.map((one) => [one.applicationId, one]));
  const idsOf = ({ groups }: ApplicationReach) => groups.map(({ groupId }) => groupId);
  const known = await listGroupsByIds(scope, [...new Set(after.flatMap(idsOf))] as GroupId[]);
  return before.flatMap((one): ApplicationChange[] => {
    const { applicationId } = one;
    const other = then.get(applicationId);
    if (!other) return [{ applicationId, isRemoved: true }];
    const [ours, theirs] = [idsOf(one), idsOf(other)];
    const joining = theirs.filter((id) => !ours.includes(id) && known.has(id as GroupId));
    const leaving = ours.filter((id) => !theirs.includes(id));
    const { enabled, navigable } = other;
    if (enabled === one.enabled && navigable === one.navigable && joining.length + leaving.length === 0) return [];
    return [{ applicationId, enabled, navigable, groups: { joining, leaving } }];
  });
}

/**
 * Who of the people of the last 30 days would be refused or asked for more after promoting what is chosen. The choice is kept, so that the result leads back to it.
 * @throws AppError promotion_changed where what is chosen would be refused; too_many_operations
 */
export async function startPromotionSimulation(
  scope: Scope,
  comparison: Comparison,
  choice: Choice,
  usableFactors: FactorKind[],
): Promise<OperationId> {
  const change = await findChange(scope, workOutcome(comparison, choice), usableFactors);
  return startSimulation(scope, change, { kind: 'promotion', choice }, usableFactors);
}

/** What was ticked and typed when it was tried. @throws AppError not_found, of another administrator's too */
export async function findTriedChoice(scope: Scope, operationId: string): Promise<Choice | undefined> {
  const { input } = await getSimulation(scope, operationId);
  return input.tried.choice as Choice | undefined;
}
