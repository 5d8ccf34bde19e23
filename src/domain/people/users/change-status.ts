import { AppError } from '../../../platform/errors/index.ts';
import { enqueue } from '../../job.ts';
import { clearAttempts } from '../../records/attempts/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { revokeGrantsOfUser } from '../../records/protocol-artifacts/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { accountDeletion, sessionsEnd } from './jobs.ts';
import { countActiveAdministrators, endProofs, lockUser, removeUser, updateUser } from './store.ts';
import { fullName, type Status, type User, verifiedBy } from './user.ts';

export type StatusChange = 'activate' | 'block' | 'unblock' | 'deactivate' | 'reactivate';

/** Which statuses a change starts from (the table of S112–S135), where it leads, and what the audit calls it. */
const changes: Record<StatusChange, { from: Status[]; to: Status; event: AuditEventType }> = {
  activate: { from: ['invited'], to: 'activated', event: 'user.activated' },
  // whoever was never in has no password to guess
  block: { from: ['activated'], to: 'blocked', event: 'user.blocked' },
  unblock: { from: ['blocked'], to: 'activated', event: 'user.unblocked' },
  deactivate: { from: ['activated', 'invited', 'blocked'], to: 'deactivated', event: 'user.deactivated' },
  reactivate: { from: ['deactivated'], to: 'activated', event: 'user.reactivated' },
};

export const canChangeStatus = (user: Pick<User, 'status' | 'deletingSince'>, change: StatusChange): boolean =>
  !user.deletingSince && changes[change].from.includes(user.status);

/**
 * Bites at once: sessions and claims ask whether the person is active. The job only tells relying parties.
 * A lockout ('block') may hit the last administrator, an administrator's own change may not.
 * @throws AppError status_conflict, last_administrator, own_account
 */
export const changeStatus = useCase(async (scope, userId: string, change: StatusChange, reason?: string): Promise<User> => {
  const { event } = changes[change];
  const before = await lockUser(scope, userId);
  // whoever was never in has no password yet, and comes back as somebody who was invited
  const to = change === 'reactivate' && before.deactivatedFrom === 'invited' ? 'invited' : changes[change].to;
  if (!canChangeStatus(before, change)) throw new AppError('status_conflict', 409);
  if (change === 'deactivate') await refuseLockingOut(scope, before);
  const deactivatedFrom = change === 'deactivate' ? before.status : undefined;
  const after: User = { ...before, status: to, statusChangedAt: scope.clock.now(), deactivatedFrom };
  // the link came by mail
  if (change === 'activate') Object.assign(after, verifiedBy('link'));
  if (!(await updateUser(scope, after))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: event,
    subject: { kind: 'user', id: userId, name: fullName(after) },
    reason,
    details: { before: before.status, after: to },
  });
  if (to === 'deactivated') {
    await endProofs(scope, before.userId);
    await endLinks(scope, { userId: before.userId });
  }
  if (change !== 'reactivate' && to !== 'activated') {
    await revokeGrantsOfUser(scope, userId);
    await enqueue(scope, sessionsEnd, { userId: before.userId, reason: event });
  }
  return { ...after, version: before.version + 1 };
});

/** Somebody goes on guessing: a block that ends by time starts again. */
export async function prolongBlock(scope: Transaction, userId: string): Promise<void> {
  const user = await lockUser(scope, userId);
  if (user.status === 'blocked') await updateUser(scope, { ...user, statusChangedAt: scope.clock.now() });
}

/** S130, S133: access ends now; the account itself is removed by a job. @throws AppError last_administrator, own_account, status_conflict when it is being deleted already */
export const requestDeletion = useCase(async (scope, userId: string): Promise<void> => {
  const user = await lockUser(scope, userId);
  if (user.deletingSince) throw new AppError('status_conflict', 409);
  await refuseLockingOut(scope, user);
  const closed = user.status === 'deactivated' ? user : await changeStatus(scope, userId, 'deactivate', 'deletion');
  if (!(await updateUser(scope, { ...closed, deletingSince: scope.clock.now() }))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, { type: 'user.deletion-requested', subject: { kind: 'user', id: userId, name: fullName(user) } });
  const actor = { kind: scope.actor.kind, id: scope.actor.id, name: '' };
  await enqueue(scope, accountDeletion, { userId: user.userId, actor }, { key: `delete ${userId}` });
});

/** The rest of it: the account is gone for good, the audit keeps that it was. Sessions are ended first, by whoever calls (account-changes). */
export async function deleteUser(scope: Transaction, userId: string): Promise<void> {
  const user = await lockUser(scope, userId);
  await recordEvent(scope, { type: 'user.deleted', subject: { kind: 'user', id: userId, name: fullName(user) } });
  await revokeGrantsOfUser(scope, userId);
  await clearAttempts(scope, user.userId);
  await removeUser(scope, user.userId);
}

async function refuseLockingOut(scope: Transaction, user: User): Promise<void> {
  if (scope.actor.id === user.userId) throw new AppError('own_account', 409);
  if (user.role === 'administrator' && user.status === 'activated' && (await countActiveAdministrators(scope)) <= 1)
    throw new AppError('last_administrator', 409);
}
