import { AppError } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import { lockUser, type User } from '../../people/users/index.ts';
import { clearAttempts } from '../../records/attempts/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { makeTemporaryPassword, setTemporaryPassword } from '../credentials/password/index.ts';
import { endSessionsOfUser } from '../sessions/index.ts';
import { mayUsePersonalPassword } from './evaluate-password.ts';
import { findStanding } from './standing.ts';

/** S114, S117, S118: for somebody without e-mail, who cannot help themselves; the previous password stops working at once, and so do the sessions it opened. @throws AppError status_conflict, network_password_only */
export async function giveTemporaryPassword(scope: Scope, user: User): Promise<void> {
  const temporary = await makeTemporaryPassword(scope);
  await inTransaction(scope, async (inside) => {
    const { status, email } = await lockUser(inside, user.userId);
    if (status !== 'activated' || email) throw new AppError('status_conflict', 409);
    const { value: rules } = await loadSettings(inside, directoryRules);
    if (!mayUsePersonalPassword((await findStanding(inside, user.userId, ''))!, rules)) throw new AppError('network_password_only', 409);
    await setTemporaryPassword(inside, user, temporary);
    await clearAttempts(inside, user.userId);
    await endSessionsOfUser(inside, user.userId, 'password-changed');
  });
}
