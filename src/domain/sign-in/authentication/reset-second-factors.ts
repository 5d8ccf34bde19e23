import { z } from 'zod';
import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { endProofs, fullName, lockUser } from '../../people/users/index.ts';
import { forgetBrowsers } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { endLinks } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import type { Network } from '../credentials/directory-password/index.ts';
import { removeAllSecondFactors } from '../credentials/second-factors/index.ts';
import { endSessionsOfUser, type Session } from '../sessions/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { proveAgain } from './prove-again.ts';

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
  await proveAgain(scope, rules, session.userId, { password, browser, field: 'password' }, network);
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
