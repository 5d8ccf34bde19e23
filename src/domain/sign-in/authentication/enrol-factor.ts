import { AppError } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { fullName, lockUser, type User } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, type UserId, useCase } from '../../scope.ts';
import { type Answer, type FactorKind, factorOf, type Place } from '../credentials/factors/index.ts';
import { countRecoveryCodes, makeRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { listSecondFactors } from '../credentials/second-factors/index.ts';
import type { Session } from '../sessions/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { type Arrival, findNextStep } from './gather-facts.ts';
import { type PendingRequest, type Proven, recordProof } from './pending-requests.ts';
import { sessionHolds } from './session-holds.ts';
import { proofHolds } from './standing.ts';

/** What the person's device answered to an offer, and the name that the factor will have in their profile. */
export type Enrolment = { kind: FactorKind; place: Place; answer: Answer; name: string };

/** `codes`: recovery codes to show once, none when the person has some; `amr`: what the answer itself proved (RFC 8176). */
export type Enrolled = { codes: string[]; amr: string[]; isNew: boolean };

/** @returns undefined when the answer was wrong, late, or not what was asked for; `isNew` unless it was enrolled before (a form that was sent twice) */
export async function enrolFactor(scope: Transaction, userId: UserId, enrolment: Enrolment): Promise<Enrolled | undefined> {
  const { kind, place, answer, name } = enrolment;
  const user = await lockUser(scope, userId);
  const before = await listSecondFactors(scope, userId);
  const amr = await factorOf(kind).enrol(scope, place, userId, answer, name);
  if (!amr) return undefined;
  const isNew = (await listSecondFactors(scope, userId)).length > before.length;
  return { amr, isNew, codes: isNew ? await announce(scope, user, kind, name) : [] };
}

/**
 * In the middle of a sign-in whose policy asks for it: the answer is the second factor of this very sign-in.
 * @param basis what the sign-in stands on: a proof of its own, or the session of this browser
 * @throws AppError request_expired when that ended meanwhile, or a factor was enrolled elsewhere: who has one proves it first
 */
export const enrolAtSignIn = useCase(
  async (
    scope,
    rules: PolicyRules,
    request: Pick<PendingRequest, 'requestId' | 'sealed'>,
    basis: { arrival: Omit<Arrival, 'standing'>; proven: Proven; session?: Pick<Session, 'sessionId' | 'userId'> },
    enrolment: Enrolment,
  ): Promise<Enrolled | undefined> => {
    const { arrival, proven, session } = basis;
    await lockUser(scope, proven.userId);
    // what was true when the form was sent is asked again with the person held
    const due = await findNextStep(scope, rules, arrival);
    const isDue = due.step === 'enrol' && due.by === (session ? 'session' : 'proof') && due.factors.includes(enrolment.kind);
    const enrolled = await enrolFactor(scope, proven.userId, enrolment);
    if (!enrolled) return undefined;
    const holds = session ? await sessionHolds(scope, session) : await proofHolds(scope, proven);
    if (!holds || (enrolled.isNew && !isDue)) throw new AppError('request_expired', 409);
    await recordProof(scope, request, { ...proven, amr: [...new Set([...proven.amr, ...enrolled.amr])] });
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
