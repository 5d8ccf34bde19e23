import { orTaken } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Transaction } from '../../scope.ts';
import { updateUser } from './store.ts';
import { fullName, type User, type VerifiedBy, verifiedBy } from './user.ts';

/** The e-mail the person signs in with; whoever calls has proven it. @param user as locked in the transaction of `scope` @throws AppError login_taken */
export async function changeEmail(scope: Transaction, user: User, email: string): Promise<void> {
  const isSaved = await orTaken(updateUser(scope, { ...user, email, ...verifiedBy('link') }), {
    users_email: () => new AppError('login_taken', 409),
  });
  if (!isSaved) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.email-changed',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { before: user.email, after: email },
  });
}

/** S137. @param user as locked in the transaction of `scope` */
export async function setRecoveryEmail(scope: Transaction, user: User, recoveryEmail: string | undefined): Promise<void> {
  if (!(await updateUser(scope, { ...user, recoveryEmail }))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.recovery-email-changed',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { before: user.recoveryEmail ?? null, after: recoveryEmail ?? null },
  });
}

/** Whether the address that somebody has is theirs, and who says so. @param user as locked in the transaction of `scope` @returns the person as saved */
export async function markEmail(scope: Transaction, user: User, by: VerifiedBy | undefined): Promise<User> {
  const after: User = { ...user, ...verifiedBy(by) };
  if (!(await updateUser(scope, after))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.edited',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { before: { emailVerified: user.emailVerified }, after: { emailVerified: after.emailVerified } },
  });
  return { ...after, version: user.version + 1 };
}
