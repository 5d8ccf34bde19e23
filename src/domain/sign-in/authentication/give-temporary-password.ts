import { type KeyRing, type PasswordHasher, randomPassword } from '../../../platform/crypto/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type Links, linkUser } from '../../applications/assignments/index.ts';
import { createUser, getUser, type NewUser, type User } from '../../people/users/index.ts';
import { clearAttempts } from '../../records/attempts/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { setTemporaryPassword } from '../credentials/password/index.ts';
import { endSessionsOfUser } from '../sessions/index.ts';

type Services = { hasher: PasswordHasher; keyRing: KeyRing };

/** S62: the person is Activated as soon as the administrator completes the registration, with a password to hand over. */
export async function createUserWithTemporaryPassword(
  scope: Scope,
  input: Omit<NewUser, 'status'>,
  links: Links,
  { hasher, keyRing }: Services,
): Promise<User> {
  const temporary = await generate(hasher);
  return inTransaction(scope, async (inside) => {
    const user = await createUser(inside, { ...input, status: 'activated' });
    await setTemporaryPassword(inside, user, temporary, keyRing);
    await linkUser(inside, user.userId, links);
    return user;
  });
}

/** S114, S117, S118: for somebody without e-mail, who cannot help themselves; the previous password stops working at once, and so do the sessions it opened. @throws AppError status_conflict */
export async function giveTemporaryPassword(scope: Scope, user: User, { hasher, keyRing }: Services): Promise<void> {
  const temporary = await generate(hasher);
  await inTransaction(scope, async (inside) => {
    const { status, email } = await getUser(inside, user.userId, { lock: true });
    if (status !== 'activated' || email) throw new AppError('status_conflict', 409);
    await setTemporaryPassword(inside, user, temporary, keyRing);
    await clearAttempts(inside, user.userId);
    await endSessionsOfUser(inside, user.userId, 'password-changed');
  });
}

async function generate(hasher: PasswordHasher): Promise<{ password: string; hash: string }> {
  const password = randomPassword();
  return { password, hash: await hasher.hash(password) };
}
