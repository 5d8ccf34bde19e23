import type { PasswordHasher } from '../../platform/crypto/index.ts';
import { invalidInput } from '../../platform/errors/index.ts';
import { checkPassword, findPassword, setPersonalPassword } from '../credentials/password/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { endSessionsOfUser } from '../sessions/index.ts';
import { getSignInPolicy } from '../sign-in-policy/index.ts';
import { fullName, getUser } from '../users/index.ts';
import type { Proven } from './pending-requests.ts';

/** S63, S116: a temporary password gives way to a personal one before the sign-in goes on. @throws AppError invalid_input */
export async function changeRequiredPassword(
  scope: Scope,
  hasher: PasswordHasher,
  proven: Proven,
  newPassword: string,
  repeated: string,
): Promise<void> {
  const user = await getUser(scope, proven.userId);
  checkPassword(newPassword, user, getSignInPolicy(scope));
  if (newPassword !== repeated) throw invalidInput({ repeatPassword: 'fields.password_repeat' });
  const stored = await findPassword(scope, user.userId);
  if (stored && (await hasher.verify(newPassword, stored.hash))) throw invalidInput({ newPassword: 'fields.password_same' });
  const hash = await hasher.hash(newPassword);
  await inTransaction(scope, async (inside) => {
    const as: Scope = { ...inside, actor: { ...inside.actor, kind: 'person', id: user.userId, name: fullName(user) } };
    await setPersonalPassword(as, user, hash);
    await endSessionsOfUser(as, user.userId, 'password-changed');
  });
}
