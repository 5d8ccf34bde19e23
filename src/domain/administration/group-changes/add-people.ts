import { AppError } from '../../../platform/errors/index.ts';
import { type Links, linkUser } from '../../applications/assignments/index.ts';
import { addMembers, listGroupsByIds } from '../../people/groups/index.ts';
import { listAdministratorsAmong } from '../../people/users/index.ts';
import { type GroupId, type Transaction, useCase } from '../../scope.ts';
import { keepAdministrators } from '../../sign-in/authentication/index.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import type { PolicyOverride, PolicyRules } from '../../sign-in/sign-in-policy/index.ts';

/** `usableFactors`: those that browsers can use at the company's address. `mayLockOut`: somebody has taken note that no administrator may get in afterwards. */
export type JoinOptions = { usableFactors?: FactorKind[]; mayLockOut?: boolean };

/**
 * People join a group, whose rules may be stricter: as `addMembers`, where at least one of the administrators who can sign in now still can afterwards.
 * @returns how many are new in it
 * @throws AppError not_found, everyone_is_fixed, group_of_directory; group_networks_lock_out, group_hours_lock_out, group_factors_lock_out
 */
export const addToGroup = useCase(
  (scope, groupId: string, userIds: string[], options: JoinOptions = {}): Promise<number> =>
    joining(scope, { groupIds: [groupId], userIds }, () => addMembers(scope, groupId, userIds), options),
);

/** As `linkUser`, and as `addToGroup` for each group. @throws AppError those of both */
export const linkPerson = useCase(
  (scope, userId: string, links: Links, options: JoinOptions = {}): Promise<void> =>
    joining(scope, { groupIds: links.groupIds, userIds: [userId] }, () => linkUser(scope, userId, links), options),
);

/** People who are no administrators cost one look-up. */
async function joining<T>(
  scope: Transaction,
  { groupIds, userIds }: { groupIds: string[]; userIds: string[] },
  work: () => Promise<T>,
  { usableFactors, mayLockOut }: JoinOptions,
): Promise<T> {
  if (mayLockOut || groupIds.length === 0 || (await listAdministratorsAmong(scope, userIds)).length === 0) return work();
  return keepAdministrators(scope, work, {
    usableFactors,
    isStricter: ({ overrides }) => overrides.some((one) => isOf(groupIds)(one) && entryParts.some((part) => says(one, part))),
    refuse: async ({ rules, getsIn }) => {
      const [override, part] = await findCause(rules, groupIds, getsIn);
      const groupId = groupOf(override) as GroupId;
      const group = (await listGroupsByIds(scope, [groupId])).get(groupId)!.name;
      return refusals[part]({ group, ...valueOfPart(override, part) });
    },
  });
}

const entryParts = ['networks', 'hours', 'secondFactor'] as const;
type EntryPart = (typeof entryParts)[number];

const refusals: Record<EntryPart, (params: Record<string, string>) => AppError> = {
  networks: (params) => new AppError('group_networks_lock_out', 409, { params }),
  hours: (params) => new AppError('group_hours_lock_out', 409, { params }),
  secondFactor: (params) => new AppError('group_factors_lock_out', 409, { params }),
};

export const isJoinLockOut = (error: unknown): boolean =>
  error instanceof AppError && /^group_(networks|hours|factors)_lock_out$/.test(error.code);

const isOf =
  (groupIds: string[]) =>
  (one: PolicyOverride): boolean =>
    groupIds.some((id) => id === groupOf(one));

const groupOf = ({ for: target }: PolicyOverride): string | undefined => (target.kind === 'group' ? target.groupId : undefined);

const says = ({ networks, hours, secondFactor }: PolicyOverride, part: EntryPart): boolean =>
  part === 'networks'
    ? networks.length > 0
    : part === 'hours'
      ? hours !== undefined
      : secondFactor.demand !== undefined || secondFactor.factors !== undefined;

const without: Record<EntryPart, Partial<PolicyOverride>> = {
  networks: { networks: [] },
  hours: { hours: undefined },
  secondFactor: { secondFactor: {} },
};

/** The rule without which somebody would get in; where several keep everybody out, the first of them. */
async function findCause(
  rules: PolicyRules[],
  groupIds: string[],
  getsIn: (rules: PolicyRules[]) => Promise<boolean>,
): Promise<[PolicyOverride, EntryPart]> {
  const causes = rules
    .flatMap(({ overrides }) => overrides.filter(isOf(groupIds)))
    .flatMap((one) => entryParts.filter((part) => says(one, part)).map((part): [PolicyOverride, EntryPart] => [one, part]));
  for (const [one, part] of causes) {
    const loosen = (other: PolicyOverride) => (other.overrideId === one.overrideId ? { ...other, ...without[part] } : other);
    if (await getsIn(rules.map((set) => ({ ...set, overrides: set.overrides.map(loosen) })))) return [one, part];
  }
  return causes[0]!;
}

function valueOfPart({ networks, hours }: PolicyOverride, part: EntryPart): Record<string, string> {
  if (part === 'networks') return { networks: networks.join(', ') };
  return part === 'hours' && hours ? { from: hours.from, to: hours.to, timeZone: hours.timeZone } : {};
}
