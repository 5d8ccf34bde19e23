import { z } from 'zod';
import { readPassword } from '../../../platform/crypto/index.ts';
import { AppError, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { endProofs, fullName, identifier, lockUser } from '../../people/users/index.ts';
import { forgetBrowsers, forgiveAttempt } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope, type UserId } from '../../scope.ts';
import type { Network } from '../credentials/directory-password/index.ts';
import { removeAllSecondFactors } from '../credentials/second-factors/index.ts';
import { endSessionsOfUser, type Session } from '../sessions/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { evaluatePassword } from './evaluate-password.ts';
import { refuseAttempt } from './refuse-attempt.ts';
import { findStanding } from './standing.ts';
import { takeAttempt } from './take-attempt.ts';

const factorReset = z.object({
  justification: z
    .string()
    .transform((text) => text.replace(/\p{C}+/gu, ' ').trim())
    .refine((text) => text !== '' && text.length <= 1000, 'fields.justification'),
});

/** `password`: the acting administrator's own. `browser`: the administrator's cookie. */
export type FactorReset = { userId: string; justification: string; password: string; browser: string };

/**
 * S107–S111: a device was lost or stolen. The factors and recovery codes of the person go, with every session; where a second factor is demanded a new one is set up at the
 * next sign-in. The justification is kept in the audit.
 * @param session the acting administrator's; wrong passwords count on their own attempts
 * @throws AppError invalid_input, own_account (one's own are in My profile), status_conflict when there is none
 */
export async function resetSecondFactors(
  scope: Scope,
  rules: PolicyRules,
  session: Session,
  { userId, justification, password, browser }: FactorReset,
  network?: Network,
): Promise<void> {
  if (session.userId === userId) throw new AppError('own_account', 409);
  const { justification: reason } = parseInput(factorReset, { justification });
  await proveAgain(scope, rules, session.userId, { password, browser }, network);
  await inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, userId);
    const removed = await removeAllSecondFactors(inside, user.userId);
    if (removed === 0) throw new AppError('status_conflict', 409);
    // whatever a thief began: a sign-in half done, a mail that waits
    await endProofs(inside, user.userId);
    await endLinks(inside, { userId: user.userId });
    await forgetBrowsers(inside, user.userId);
    await endSessionsOfUser(inside, user.userId, 'second-factors-reset');
    await recordEvent(inside, {
      type: 'user.second-factors-reset',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { justification: reason, removed },
    });
    await mailPerson(inside, user, { mail: 'second_factor_reset', leadsTo: { page: 'account' } });
  });
}

/** The administrator's password once more, the personal one or that of the network, on the same count as at the sign-in. @throws AppError invalid_input on `password`, busy */
async function proveAgain(
  scope: Scope,
  { base: { lockout } }: PolicyRules,
  userId: UserId,
  { password, browser }: Pick<FactorReset, 'password' | 'browser'>,
  network: Network | undefined,
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
    (evaluated) => (evaluated.outcome === 'refused' ? evaluated.count : 'settled'),
  );
  if (result === undefined) throw new AppError('busy', 503);
  // one that has to be changed there first is right all the same
  if (result.outcome !== 'refused') return forgiveAttempt(scope, attempt);
  const reason = attempt.taken === undefined ? 'attempts-used-up' : result.reason;
  await refuseAttempt(scope, { login: identifier(user), user, reason, attempt, lockout, standing });
  throw invalidInput({ password: 'fields.own_password' });
}
