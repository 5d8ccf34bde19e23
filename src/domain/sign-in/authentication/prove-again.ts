import { readPassword } from '../../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { identifier } from '../../people/users/index.ts';
import { forgiveAttempt } from '../../records/attempts/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import type { Network } from '../credentials/directory-password/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { evaluatePassword } from './evaluate-password.ts';
import { refuseAttempt } from './refuse-attempt.ts';
import { findStanding } from './standing.ts';
import { takeAttempt } from './take-attempt.ts';

/** `field`: where the form asks for it. */
export type ProofAgain = { password: string; browser: string; field: string };

/**
 * The password of somebody who is signed in, once more, on the same count as at the sign-in.
 * @param network where that of the network counts as well
 * @throws AppError invalid_input on `field`, busy, signed_out
 */
export async function proveAgain(
  scope: Scope,
  { base: { lockout } }: PolicyRules,
  userId: UserId,
  { password, browser, field }: ProofAgain,
  network?: Network,
): Promise<void> {
  const standing = await findStanding(scope, userId, browser);
  if (!standing) throw new AppError('signed_out', 401);
  const { user } = standing;
  const { attempt, result } = await takeAttempt(
    scope,
    { userId, browser },
    lockout,
    (reserved) =>
      evaluatePassword(scope, network, {
        standing,
        attempt: reserved,
        isAlive: user.status === 'activated',
        password: readPassword(password),
      }),
    ({ count }) => count,
  );
  if (result === undefined) throw new AppError('busy', 503);
  // one that has to be changed there first is right all the same
  if (result.outcome !== 'refused') return forgiveAttempt(scope, attempt);
  const reason = attempt.taken === undefined ? 'attempts-used-up' : result.reason;
  await refuseAttempt(scope, { login: identifier(user), user, reason, attempt, lockout, standing });
  throw invalidInput({ [field]: 'fields.own_password' });
}
