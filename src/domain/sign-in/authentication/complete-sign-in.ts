import { addSeconds } from '../../../platform/clock/index.ts';
import { count } from '../../../platform/metrics/index.ts';
import { actingAs, changeStatus, fullName, identifier, noteLocale } from '../../people/users/index.ts';
import { forgetAsks, forgiveAttempt, noteBrowser, settleAttempt } from '../../records/attempts/index.ts';
import { type NewEvent, readPersonKeys, recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { isSessionAlive, startSession } from '../sessions/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { type Arrival, findNextStep } from './gather-facts.ts';
import { isStrong } from './next-step.ts';
import { closePendingRequest, type PendingRequest, type Proven } from './pending-requests.ts';
import { findStanding } from './standing.ts';
import { type OpenAttempt, settleOpen } from './take-attempt.ts';

/**
 * `token` for the cookie; `keptForSeconds` when the person asked to stay signed in on this browser, and the policy allows it. `mistakenAs`: the login
 * under which other attempts were made before, which are off the count of the person now, since it was the owner who made them.
 */
export type Completion = { token: string; keptForSeconds?: number; logins: string[]; mistakenAs?: string };

export type SignInArrival = Omit<Arrival, 'standing'> & { proven: Proven; attempt?: OpenAttempt };

/**
 * Turns a proof into a session, once. What comes next is decided once more with the person held: factors, terms, a browser that was forgotten may have changed since.
 * @param arrival with the proof; its session is the live one of this browser. `attempt`: by which the password was proven a moment ago; it is settled whatever comes of it
 * @param locale in which the person signed in: that of mails until they choose one
 * @returns undefined when the proof was used meanwhile, or is not all that is asked for any more
 */
export async function completeSignIn(
  scope: Scope,
  rules: PolicyRules,
  request: PendingRequest,
  arrival: SignInArrival,
  locale: string,
): Promise<Completion | undefined> {
  let completion: Completion | undefined;
  try {
    completion = await complete(scope, rules, request, arrival, locale);
  } finally {
    if (!completion && arrival.attempt) await settleOpen(scope, arrival.attempt);
  }
  if (completion) count('portaria_sign_ins_total', { outcome: 'succeeded', reason: '' });
  return completion;
}

async function complete(
  scope: Scope,
  rules: PolicyRules,
  request: PendingRequest,
  arrival: SignInArrival,
  locale: string,
): Promise<Completion | undefined> {
  const { proven, browser, session: previous, attempt } = arrival;
  return inTransaction(scope, async (inside) => {
    // sent together and done in this order (run): the person is read by a statement of its own, whose snapshot begins once the person is held
    const [isClosed, standing, keys] = await Promise.all([
      closePendingRequest(inside, request, proven.userId),
      findStanding(inside, proven.userId, browser),
      readPersonKeys(inside, [proven.userId]),
    ]);
    if (!isClosed || !standing) return undefined;
    const { user } = standing;
    const step = await findNextStep(inside, rules, { ...arrival, standing });
    if (step.step !== 'done' || step.by !== 'proof') return undefined;
    // a factor that was added to a session is worth nothing once that session has ended
    if (proven.sessionId && !(await isSessionAlive(inside, proven.sessionId, user.userId))) return undefined;
    const as = actingAs(inside, user);
    const policy = await findPolicyOf(inside, rules, user, request.applicationId);
    const { rememberDays } = policy.secondFactor;
    const rememberedUntil = proven.remember && rememberDays > 0 ? addSeconds(scope.clock.now(), rememberDays * 86_400) : undefined;
    if (user.status !== 'activated') {
      if (user.status !== 'blocked' || !proven.liftsBlock) return undefined;
      await changeStatus(as, user.userId, 'unblock', 'owner-signed-in');
    }
    // who holds a second factor and did not prove it gets back this one attempt, and not those that were spent on guessing the factor
    const isWhole = isStrong(proven.amr) || standing.factors.length === 0;
    const keepSeconds = policy.session.keepDays * 86_400;
    const asked = proven.keep && keepSeconds > 0 ? keepSeconds : undefined;
    const { token, sessionId, keptForSeconds, written } = await startSession(
      as,
      {
        userId: user.userId,
        amr: proven.amr,
        authenticatedAt: new Date(proven.at),
        ip: scope.actor.ip ?? '',
        userAgent: scope.actor.userAgent ?? '',
        idleSeconds: asked ?? policy.session.idleMinutes * 60,
        lifetimeSeconds: asked ?? policy.session.lifetimeHours * 3600,
        isKept: asked !== undefined,
        isDirectoryAway: proven.isDirectoryAway,
        keepSeconds,
      },
      previous,
    );
    const event: NewEvent = {
      type: 'sign-in.succeeded',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      applicationId: request.applicationId,
      details: {
        session: sessionId,
        amr: proven.amr,
        protocol: request.destination.protocol,
        ...(standing.isBrowserNoted ? {} : { newBrowser: true }),
        ...(proven.directoryId ? { networkPassword: true } : {}),
        ...(proven.isDirectoryAway ? { directoryAway: true } : {}),
      },
    };
    const [{ cleared }] = await Promise.all([
      noteBrowser(as, user.userId, browser, isWhole, rememberedUntil),
      written,
      attempt?.isAnswered && !attempt.isKnownBrowser && forgetAsks(as, user.userId),
      // a whole one has ended the count, and what was in flight with it
      isWhole || !attempt || settleAttempt(as, attempt),
      isWhole || forgiveAttempt(as, { userId: user.userId, browser, isKnownBrowser: proven.isKnownBrowser ?? false }),
      user.seenLocale === locale || noteLocale(as, user.userId, locale),
      recordEvent(as, event, keys),
    ]);
    const logins = [user.email, user.username].filter((login) => login != null);
    return { token, keptForSeconds: asked ?? keptForSeconds, logins, ...(cleared > 1 ? { mistakenAs: identifier(user) } : {}) };
  });
}
