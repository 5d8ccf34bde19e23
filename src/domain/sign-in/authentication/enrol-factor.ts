import { AppError } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { fullName, lockUser, type User } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, type UserId, useCase } from '../../scope.ts';
import { addPasskey, type Ceremony } from '../credentials/passkey/index.ts';
import { countRecoveryCodes, makeRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { addTotp } from '../credentials/totp/index.ts';
import type { Session } from '../sessions/index.ts';
import type { SecondFactor } from '../sign-in-policy/index.ts';
import { type PendingRequest, type Proven, recordProof } from './pending-requests.ts';
import { sessionHolds } from './session-holds.ts';
import { proofHolds } from './standing.ts';

/** What the person's device answered to an offer, and the name that the factor will have in their profile. */
export type Enrolment =
  | { kind: 'totp'; sealed: string; code: string; name: string }
  | { kind: 'passkey'; ceremony: Ceremony; sealed: string; response: string; name: string };

/** `codes`: recovery codes to show once, none when the person has some; `amr`: what the answer itself proved (RFC 8176). */
export type Enrolled = { codes: string[]; amr: string[] };

/** @returns undefined when the answer was wrong, late, or not what was asked for */
export async function enrolFactor(scope: Transaction, userId: UserId, answer: Enrolment): Promise<Enrolled | undefined> {
  const user = await lockUser(scope, userId);
  const amr =
    answer.kind === 'passkey'
      ? await addPasskey(scope, answer.ceremony, userId, answer)
      : (await addTotp(scope, userId, answer)) && ['otp', 'mfa'];
  if (!amr) return undefined;
  return { amr, codes: await announce(scope, user, answer.kind, answer.name) };
}

/**
 * In the middle of a sign-in whose policy asks for it: the answer is the second factor of this very sign-in.
 * @param basis what the sign-in stands on: a proof of its own, or the session of this browser
 * @throws AppError request_expired when that ended meanwhile
 */
export const enrolAtSignIn = useCase(
  async (
    scope,
    request: Pick<PendingRequest, 'requestId'>,
    basis: { proven: Proven; session?: Pick<Session, 'sessionId' | 'userId'> },
    answer: Enrolment,
  ): Promise<Enrolled | undefined> => {
    const { proven, session } = basis;
    const enrolled = await enrolFactor(scope, proven.userId, answer);
    if (!enrolled) return undefined;
    // asked with the person held
    const holds = session ? await sessionHolds(scope, session) : await proofHolds(scope, proven);
    if (!holds) throw new AppError('request_expired', 409);
    await recordProof(scope, request.requestId, { ...proven, amr: [...new Set([...proven.amr, ...enrolled.amr])] });
    return enrolled;
  },
);

/** @returns recovery codes, when the person has none yet */
async function announce(scope: Transaction, user: User, factor: SecondFactor, name: string): Promise<string[]> {
  await recordEvent(scope, {
    type: 'second-factor.enrolled',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { factor, name },
  });
  await mailPerson(scope, user, { mail: 'second_factor_added', leadsTo: { page: 'account' }, params: { name } });
  return (await countRecoveryCodes(scope, user.userId)) > 0 ? [] : makeRecoveryCodes(scope, user.userId);
}
