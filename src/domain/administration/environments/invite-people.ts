import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { type Context, getOwnContext } from '../../company/contexts/index.ts';
import { addMembers, createGroup, findGroupsByName, type Group, listGroupsByIds, listGroupsOfUser } from '../../people/groups/index.ts';
import {
  type ChosenUsers,
  createUser,
  findUserById,
  findUserByLogin,
  isActiveAdministrator,
  nameKey,
  selectUserIds,
  type User,
} from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { fillItems, type Operation, type OperationKind, startOperation, workOnItems } from '../../records/operations/index.ts';
import { type GroupId, inTransaction, isId, type OperationId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import { sendInvitation } from '../invitations/index.ts';
import { getApproval } from './find-pair.ts';

type Input = { groupIds: string[]; locale: string };

/**
 * Asked for by an administrator of production, who needs no account in approval for it. Names, e-mail and the groups that are named come along, by invitation: no
 * password, factor, role, id or field of the company's own. Everybody who is chosen now is written down, and invited one after the other by a job.
 * @param groupIds of production; whoever is in one of them is in the group of that name in approval, which is made where there is none
 * @param agreed how many were agreed to, where it has to be exactly so many
 * @throws AppError not_found without an approval environment; invalid_input when nobody is chosen; changed_meanwhile when it is not as many as agreed
 */
export const startApprovalInvitations = (scope: Scope, chosen: ChosenUsers, input: Input, agreed?: number): Promise<OperationId> =>
  inTransaction(scope, async (inside) => {
    const approval = await getApproval(inside);
    const groups = [...(await namedGroups(inside, input.groupIds)).values()];
    const operationId = await startOperation(inside, {
      kind: approvalInvitations.kind,
      input: { ...input, groupIds: groups.map(({ groupId }) => groupId) },
      total: 0,
    });
    const count = await fillItems(inside, operationId, selectUserIds(inside, chosen));
    if (count === 0) throw invalidInput({ users: 'fields.nobody_chosen' });
    if (agreed !== undefined && count !== agreed) throw new AppError('changed_meanwhile', 409);
    await recordEvent(inside, {
      type: 'users.invited-to-approval',
      subject: { kind: 'context', id: approval.contextId, name: approval.name },
      details: { total: count, groups: groups.map(({ name }) => name) },
    });
    return operationId;
  });

/** Of this company, and not Everyone, which everybody is in there, too. */
async function namedGroups(scope: Scope, groupIds: string[]): Promise<Map<GroupId, Group>> {
  const groups = await listGroupsByIds(scope, groupIds.filter(isId) as GroupId[]);
  return new Map([...groups].filter(([, { isEveryone }]) => !isEveryone));
}

/** What is done there is done by production: its administrators are no people of approval, whose audit could never forget them. */
const asProduction = <S extends Scope>(scope: S, production: Context, approval: Context): S => ({
  ...scope,
  contextId: approval.contextId,
  actor: { kind: 'system', name: `${production.name} (${production.code})` },
});

async function runInvitations(scope: Scope, operation: Operation): Promise<void> {
  const { groupIds, locale } = operation.input as Input;
  const [production, approval] = [await getOwnContext(scope), await getApproval(scope)];
  const groups = await namedGroups(scope, groupIds);
  const there = await inTransaction(asProduction(scope, production, approval), (inside) => ensureGroups(inside, [...groups.values()]));
  await workOnItems(scope, operation, work, () => isActiveAdministrator(scope, operation.requestedBy));

  async function work(inside: Transaction, userId: UserId): Promise<void> {
    const user = await findUserById(inside, userId);
    if (!user) throw new AppError('not_found', 404);
    const own = await listGroupsOfUser(inside, userId);
    const joins = own.filter(({ groupId }) => groups.has(groupId)).map(({ name }) => there.get(nameKey(name))!.groupId);
    await inviteThere(asProduction(inside, production, approval), user, {
      joins,
      locale,
      // somebody has to begin there: whoever asks, and nobody else, comes as an administrator
      isBeginner: userId === operation.requestedBy,
    });
  }
}

type Joining = { joins: GroupId[]; locale: string; isBeginner: boolean };

/** @throws AppError status_conflict, invitation_needs_email, login_taken of whoever is there already */
async function inviteThere(scope: Transaction, user: User, { joins, locale, isBeginner }: Joining): Promise<void> {
  if (user.deletingSince || user.status === 'deactivated') throw new AppError('status_conflict', 409);
  const { email, firstName, lastName } = user;
  if (!email) throw new AppError('invitation_needs_email', 422);
  if (await findUserByLogin(scope, email)) throw new AppError('login_taken', 409);
  const role = isBeginner ? 'administrator' : 'regular';
  const invited = await createUser(scope, { email, firstName, lastName, role, status: 'invited' });
  // in one order, so that two who join at once do not wait for each other
  for (const groupId of joins.toSorted()) await addMembers(scope, groupId, [invited.userId]);
  await sendInvitation(scope, invited, { locale: user.locale ?? user.seenLocale ?? locale, most: Number.POSITIVE_INFINITY });
}

/** @returns those of approval by the compared form of their names; again after a restart none is made twice */
async function ensureGroups(scope: Transaction, groups: Group[]): Promise<Map<string, Group>> {
  const names = groups.map(({ name }) => name);
  const found = await findGroupsByName(scope, names);
  for (const { name, description } of groups)
    if (!found.has(nameKey(name))) found.set(nameKey(name), await createGroup(scope, { name, description }));
  return found;
}

export const approvalInvitations: OperationKind = { kind: 'invite-to-approval', run: runInvitations };
