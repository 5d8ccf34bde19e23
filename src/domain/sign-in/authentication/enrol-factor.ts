import { AppError } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { fullName, lockUser, type User } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, type UserId, useCase } from '../../scope.ts';
import { type Answer, type FactorKind, factorOf, type Place } from '../credentials/factors/index.ts';
import { countRecoveryCodes, makeRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { listSecondFactors } from '../credentials/second-factors/index.ts';
import type { Session } from '../sessions/index.ts';
import { type PendingRequest, type Proven, recordProof } from './pending-requests.ts';
import { sessionHolds } from './session-holds.ts';
import { proofHolds } from './standing.ts';

/** What the person's device answered to an offer, and the name that the factor will have in their profile. */
export type Enrolment = { kind: FactorKind; place: Place; answer: Answer; name: string };

/** `codes`: recovery codes to show once, none when the person has some; `amr`: what the answer itself proved (RFC 8176). */
export type Enrolled = { codes: string[]; amr: string[] };

/** @returns undefined when the answer was wrong, late, or not what was asked for */
export async function enrolFactor(scope: Transaction, userId: UserId, enrolment: Enrolment): Promise<Enrolled | undefined> {
  const { kind, place, answer, name } = enrolment;
  const user = await lockUser(scope, userId);
  const before = await listSecondFactors(scope, userId);
  const amr = await factorOf(kind).enrol(scope, place, userId, answer, name);
  if (!amr) return undefined;
  // a form that was sent twice adds nothing, and there is nothing to tell
  const isNew = (await listSecondFactors(scope, userId)).length > before.length;
  return { amr, codes: isNew ? await announce(scope, user, kind, name) : [] };
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
    enrolment: Enrolment,
  ): Promise<Enrolled | undefined> => {
    const { proven, session } = basis;
    const enrolled = await enrolFactor(scope, proven.userId, enrolment);
    if (!enrolled) return undefined;
    // asked with the person held
    const holds = session ? await sessionHolds(scope, session) : await proofHolds(scope, proven);
    if (!holds) throw new AppError('request_expired', 409);
    await recordProof(scope, request.requestId, { ...proven, amr: [...new Set([...proven.amr, ...enrolled.amr])] });
    return enrolled;
  },
);

/** @returns recovery codes, when the person has none yet */
async function announce(scope: Transaction, user: User, factor: FactorKind, name: string): Promise<string[]> {
  await recordEvent(scope, {
    type: 'second-factor.enrolled',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { factor, name },
  });
  await mailPerson(scope, user, { mail: 'second_factor_added', leadsTo: { page: 'account' }, params: { name } });
  return (await countRecoveryCodes(scope, user.userId)) > 0 ? [] : makeRecoveryCodes(scope, user.userId);
}
