import { readPassword } from '../../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { endProofs, fullName, getUser, lockUser } from '../../people/users/index.ts';
import { forgetBrowsers, refundAttempt, reserveAttempt } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope, type UserId } from '../../scope.ts';
import { findPassword, verifyPassword } from '../credentials/password/index.ts';
import { removeAllSecondFactors } from '../credentials/second-factors/index.ts';
import { endSessionsOfUser, type Session } from '../sessions/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { refuseAttempt } from './refuse-attempt.ts';

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
): Promise<void> {
  if (session.userId === userId) throw new AppError('own_account', 409);
  const reason = justification.trim().replace(/\p{C}+/gu, ' ');
  if (reason === '' || reason.length > 1000) throw invalidInput({ justification: 'fields.justification' });
  await proveAgain(scope, rules, session.userId, password, browser);
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

/** The administrator's password once more, on the same count as at the sign-in. @throws AppError invalid_input on `password` */
async function proveAgain(
  scope: Scope,
  { base: { lockout } }: PolicyRules,
  userId: UserId,
  password: string,
  browser: string,
): Promise<void> {
  const user = await getUser(scope, userId);
  const reserved = await reserveAttempt(scope, userId, browser, lockout);
  const stored = reserved.taken === undefined ? undefined : await findPassword(scope, userId);
  if (await verifyPassword(scope, userId, stored, readPassword(password))) return refundAttempt(scope, reserved);
  const reasonOf = reserved.taken === undefined ? 'attempts-used-up' : 'wrong-password';
  await refuseAttempt(scope, { login: user.email ?? '', user, reason: reasonOf, reserved, lockout });
  throw invalidInput({ password: 'fields.own_password' });
}
