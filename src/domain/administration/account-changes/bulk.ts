import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { type ChosenUsers, findUserById, isActiveAdministrator, selectUserIds } from '../../people/users/index.ts';
import { fillItems, type Operation, type OperationKind, startOperation, workOnItems } from '../../records/operations/index.ts';
import { inTransaction, type OperationId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import { isJoinLockOut, linkPerson } from '../group-changes/index.ts';
import { changeAccount } from './account-changes.ts';

/** What can be done to many at once. */
export const bulkChanges = [
  'add-to-groups',
  'link-applications',
  'resend-invitation',
  'unblock',
  'deactivate',
  'reactivate',
  'delete',
] as const;
export type BulkChange = (typeof bulkChanges)[number];

type Input = { change: BulkChange; linkTo?: string[]; locale: string; usableFactors?: FactorKind[] };

/**
 * Everybody who is chosen now is written down, and done one after the other by a job.
 * @param input.linkTo ids of groups or applications, where the change links to them
 * @param input.usableFactors those that browsers can use at the company's address
 * @param agreed how many were agreed to, where it has to be exactly so many
 * @throws AppError invalid_input when nobody is chosen; changed_meanwhile when it is not as many as agreed
 */
export const startBulkChange = (scope: Scope, chosen: ChosenUsers, input: Input, agreed?: number): Promise<OperationId> =>
  inTransaction(scope, async (inside) => {
    const operationId = await startOperation(inside, { kind: changeUsers.kind, input, total: 0 });
    const count = await fillItems(inside, operationId, selectUserIds(inside, chosen));
    if (count === 0) throw invalidInput({ users: 'fields.nobody_chosen' });
    if (agreed !== undefined && count !== agreed) throw new AppError('changed_meanwhile', 409);
    return operationId;
  });

export async function runBulkChange(scope: Scope, operation: Operation): Promise<void> {
  const { change, linkTo = [], locale, usableFactors } = operation.input as Input;
  await workOnItems(scope, operation, work, () => isActiveAdministrator(scope, operation.requestedBy));

  async function work(inside: Transaction, userId: UserId): Promise<void> {
    // gone since it was chosen
    if (!(await findUserById(inside, userId))) throw new AppError('not_found', 404);
    if (change === 'add-to-groups') await joinGroups(inside, userId);
    else if (change === 'link-applications') await linkPerson(inside, userId, { groupIds: [], applicationIds: linkTo });
    else await changeAccount(inside, change, userId, locale);
  }

  /** An outcome is a code and nothing more: which rule of which group it is, the page of the person says. */
  async function joinGroups(inside: Transaction, userId: UserId): Promise<void> {
    const links = { groupIds: linkTo, applicationIds: [] };
    await linkPerson(inside, userId, links, { usableFactors }).catch((error) => {
      throw isJoinLockOut(error) ? new AppError('groups_lock_out', 409) : error;
    });
  }
}

export const changeUsers: OperationKind = { kind: 'change-users', run: runBulkChange };
