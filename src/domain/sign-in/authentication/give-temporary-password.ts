import { randomPassword } from '../../../platform/crypto/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type Links, linkUser } from '../../applications/assignments/index.ts';
import { createUser, lockUser, type NewUser, type User } from '../../people/users/index.ts';
import { clearAttempts } from '../../records/attempts/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { setTemporaryPassword } from '../credentials/password/index.ts';
import { endSessionsOfUser } from '../sessions/index.ts';

/** S62: the person is Activated as soon as the administrator completes the registration, with a password to hand over. */
export async function createUserWithTemporaryPassword(scope: Scope, input: Omit<NewUser, 'status'>, links: Links): Promise<User> {
  const temporary = await generate(scope);
  return inTransaction(scope, async (inside) => {
    const user = await createUser(inside, { ...input, status: 'activated' });
    await setTemporaryPassword(inside, user, temporary);
    await linkUser(inside, user.userId, links);
    return user;
  });
}

/** S114, S117, S118: for somebody without e-mail, who cannot help themselves; the previous password stops working at once, and so do the sessions it opened. @throws AppError status_conflict */
export async function giveTemporaryPassword(scope: Scope, user: User): Promise<void> {
  const temporary = await generate(scope);
  await inTransaction(scope, async (inside) => {
    const { status, email } = await lockUser(inside, user.userId);
    if (status !== 'activated' || email) throw new AppError('status_conflict', 409);
    await setTemporaryPassword(inside, user, temporary);
    await clearAttempts(inside, user.userId);
    await endSessionsOfUser(inside, user.userId, 'password-changed');
  });
}

async function generate({ hasher }: Scope): Promise<{ password: string; hash: string }> {
  const password = randomPassword();
  return { password, hash: await hasher.hash(password) };
}
