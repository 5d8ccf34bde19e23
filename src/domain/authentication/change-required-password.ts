import type { PasswordHasher } from '../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../platform/errors/index.ts';
import { checkPassword, findPassword, setPersonalPassword } from '../credentials/password/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { endSessionsOfUser } from '../sessions/index.ts';
import { getSignInPolicy } from '../sign-in-policy/index.ts';
import { fullName, getUser } from '../users/index.ts';
import { type PendingRequest, type Proven, recordProof } from './pending-requests.ts';

/**
 * S63, S116: a temporary password gives way to a personal one before the sign-in goes on. Only of an active person, and only while the password that was proven is
 * still the one in force: a temporary password that leaked is worth nothing once it was used or replaced.
 * @returns the proof renewed for the new password
 * @throws AppError invalid_input, request_expired
 */
export async function changeRequiredPassword(
  scope: Scope,
  hasher: PasswordHasher,
  request: PendingRequest & { proven: Proven },
  newPassword: string,
  repeated: string,
): Promise<Proven> {
  const { proven } = request;
  const user = await getUser(scope, proven.userId);
  checkPassword(newPassword, user, getSignInPolicy(scope));
  if (newPassword !== repeated) throw invalidInput({ repeatPassword: 'fields.password_repeat' });
  const stored = await findPassword(scope, user.userId);
  if (stored && (await hasher.verify(newPassword, stored.hash))) throw invalidInput({ newPassword: 'fields.password_same' });
  const hash = await hasher.hash(newPassword);
  return inTransaction(scope, async (inside) => {
    const { status } = await getUser(inside, proven.userId, { lock: true });
    const current = await findPassword(inside, user.userId);
    if (status !== 'activated' || !current?.mustChange || current.changedAt.getTime() !== proven.passwordChangedAt)
      throw new AppError('request_expired', 409);
    const as: Scope = { ...inside, actor: { ...inside.actor, kind: 'person', id: user.userId, name: fullName(user) } };
    await setPersonalPassword(as, user, hash);
    await endSessionsOfUser(as, user.userId, 'password-changed');
    const renewed = { ...proven, passwordChangedAt: (await findPassword(inside, user.userId))!.changedAt.getTime() };
    await recordProof(inside, request.requestId, renewed);
    return renewed;
  });
}
