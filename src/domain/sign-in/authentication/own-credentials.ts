import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { endProofs, fullName, getUser, lockUser, type User } from '../../people/users/index.ts';
import { forgetBrowserById, forgetBrowsers } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope, type Transaction, type UserId, useCase } from '../../scope.ts';
import {
  choosePassword,
  findPassword,
  type NewPasswordInput,
  newPasswordInput,
  setPersonalPassword,
} from '../credentials/password/index.ts';
import { makeRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { listSecondFactors, removeSecondFactor } from '../credentials/second-factors/index.ts';
import { addMethods, endSessionsOfUser, lockSession, type Session } from '../sessions/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { type Enrolled, type Enrolment, enrolFactor } from './enrol-factor.ts';
import { type Demands, isStrong } from './next-step.ts';
import { proveAgain } from './prove-again.ts';

/** What a person has to have proven lately before their own passwords and factors change: the strongest they hold, within ten minutes. */
export const demandsOfOwnChanges: Demands = { maxAgeSeconds: 600, heldFactor: true };

/**
 * Asks once more, with the person held, for what the page asked before (demandsOfOwnChanges): a factor may have been set up in between.
 * @throws AppError signed_out, request_expired
 */
export async function holdOwner(scope: Transaction, session: Session): Promise<User> {
  const user = await lockUser(scope, session.userId);
  const live = user.status === 'activated' ? await lockSession(scope, session.sessionId, user.userId) : undefined;
  if (!live) throw new AppError('signed_out', 401);
  if (!isStrong(live.amr) && (await listSecondFactors(scope, user.userId)).length > 0) throw new AppError('request_expired', 409);
  return user;
}

/** `currentPassword`: of who has a personal password. Without it whoever finds an open browser could take the account over. */
export type OwnPasswordInput = NewPasswordInput & { currentPassword?: string };

/**
 * Other sessions, and what applications may do without one, end with the old password. A wrong one counts as an attempt to sign in.
 * @throws AppError invalid_input, busy
 */
export async function changeOwnPassword(
  scope: Scope,
  rules: PolicyRules,
  session: Session,
  browser: string,
  { currentPassword = '', ...input }: OwnPasswordInput,
): Promise<void> {
  const user = await getUser(scope, session.userId);
  const policy = await findPolicyOf(scope, rules, user);
  const { newPassword } = parseInput(newPasswordInput, input);
  if (await findPassword(scope, user.userId))
    await proveAgain(scope, rules, user.userId, { password: currentPassword, browser, field: 'currentPassword' });
  const hash = await choosePassword(scope, user, newPassword, policy.password);
  await inTransaction(scope, async (inside) => {
    await holdOwner(inside, session);
    await setPersonalPassword(inside, user, hash);
    await mailPerson(inside, user, { mail: 'own_password_changed', leadsTo: { page: 'account' } });
    await forgetBrowsers(inside, user.userId, browser);
    await endSessionsOfUser(inside, user.userId, 'password-changed', session.sessionId);
  });
}

/** @returns undefined when the answer was wrong, late, or not what was asked for */
export const addOwnFactor = useCase(async (scope, session: Session, enrolment: Enrolment): Promise<Enrolled | undefined> => {
  await holdOwner(scope, session);
  const enrolled = await enrolFactor(scope, session.userId, enrolment);
  // the answer was a proof, too: the next page does not ask for another
  if (enrolled) await addMethods(scope, session.sessionId, [...new Set([...session.amr, ...enrolled.amr])]);
  return enrolled;
});

/** @throws AppError not_found, second_factor_required when the policy demands one and this is the last */
export async function removeOwnFactor(scope: Scope, rules: PolicyRules, session: Session, factorId: string): Promise<void> {
  await inTransaction(scope, async (inside) => {
    const user = await holdOwner(inside, session);
    const removed = await removeSecondFactor(inside, user.userId, factorId);
    if (!removed) throw new AppError('not_found', 404);
    const left = await listSecondFactors(inside, user.userId);
    // at the Launchpad, and at every application that is stricter
    const places = [
      undefined,
      ...rules.overrides.flatMap(({ for: target }) => (target.kind === 'application' ? [target.applicationId] : [])),
    ];
    for (const applicationId of places) {
      const { secondFactor } = await findPolicyOf(inside, rules, user, applicationId);
      if (secondFactor.demand === 'required' && !left.some(({ kind }) => secondFactor.factors.includes(kind)))
        throw new AppError('second_factor_required', 409);
    }
    await recordEvent(inside, {
      type: 'second-factor.removed',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { factor: removed.kind, name: removed.name },
    });
    await endProofs(inside, user.userId);
    await mailPerson(inside, user, { mail: 'second_factor_removed', leadsTo: { page: 'account' }, params: { name: removed.name } });
  });
}

/** Ten new ones; the old ones stop working. @throws AppError not_found without a factor they could stand in for */
export async function renewRecoveryCodes(scope: Scope, session: Session): Promise<string[]> {
  return inTransaction(scope, async (inside) => {
    const user = await holdOwner(inside, session);
    if ((await listSecondFactors(inside, user.userId)).length === 0) throw new AppError('not_found', 404);
    await recordEvent(inside, { type: 'second-factor.codes-renewed', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
    return makeRecoveryCodes(inside, user.userId);
  });
}

/** It is a stranger's from now on, and stands in for no second factor. */
export const forgetOwnBrowser = (scope: Scope, userId: UserId, browserId: string): Promise<void> =>
  inTransaction(scope, async (inside) => {
    if (!(await forgetBrowserById(inside, userId, browserId))) return;
    const user = await getUser(inside, userId);
    await recordEvent(inside, { type: 'browser.forgotten', subject: { kind: 'user', id: user.userId, name: fullName(user) } });
  });
