import type { KeyRing, PasswordHasher } from '../../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { endProofs, fullName, getUser, type User } from '../../people/users/index.ts';
import { forgetBrowserById, forgetBrowsers } from '../../records/attempts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope, type UserId } from '../../scope.ts';
import type { Ceremony } from '../credentials/passkey/index.ts';
import { choosePassword, setPersonalPassword } from '../credentials/password/index.ts';
import { makeRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { listSecondFactors, removeSecondFactor } from '../credentials/second-factors/index.ts';
import { addMethods, endSessionsOfUser, isSessionAlive, type Session } from '../sessions/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { enrolPasskey, enrolTotp } from './enrol-factor.ts';
import { findPolicyOf } from './find-next-step.ts';
import type { Demands } from './next-step.ts';

/** What a person has to have proven lately before their own passwords and factors change: the strongest they hold, within ten minutes. */
export const demandsOfOwnChanges: Demands = { maxAgeSeconds: 600, heldFactor: true };

/** Whether it is still its person's: who lost the account to its owner meanwhile changes nothing with a request that was under way. @param scope of a transaction that holds the person */
export const sessionHolds = async (scope: Scope, { sessionId, userId }: Pick<Session, 'sessionId' | 'userId'>): Promise<boolean> =>
  (await getUser(scope, userId)).status === 'activated' && (await isSessionAlive(scope, sessionId, userId));

/** @throws AppError signed_out */
async function holdOwner(scope: Scope, session: Session): Promise<User> {
  const user = await getUser(scope, session.userId, { lock: true });
  if (!(await sessionHolds(scope, session))) throw new AppError('signed_out', 401);
  return user;
}

/** Other sessions, and what applications may do without one, end with the old password. @throws AppError invalid_input */
export async function changeOwnPassword(
  scope: Scope,
  hasher: PasswordHasher,
  rules: PolicyRules,
  session: Session,
  browser: string,
  newPassword: string,
  repeated: string,
): Promise<void> {
  const user = await getUser(scope, session.userId);
  const policy = await findPolicyOf(scope, rules, user);
  if (newPassword !== repeated) throw invalidInput({ repeatPassword: 'fields.password_repeat' });
  const hash = await choosePassword(scope, hasher, user, newPassword, policy.password);
  await inTransaction(scope, async (inside) => {
    await holdOwner(inside, session);
    await setPersonalPassword(inside, user, hash);
    await mailPerson(inside, user, { mail: 'own_password_changed', leadsTo: { page: 'account' } });
    await forgetBrowsers(inside, user.userId, browser);
    await endSessionsOfUser(inside, user.userId, 'password-changed', session.sessionId);
  });
}

/** @returns recovery codes to show once, none when the person has some; undefined when the answer was wrong or late */
export const addOwnTotp = (
  scope: Scope,
  session: Session,
  offer: { sealed: string; code: string; name: string },
  keyRing: KeyRing,
): Promise<string[] | undefined> =>
  inTransaction(scope, async (inside) => {
    await holdOwner(inside, session);
    const codes = await enrolTotp(inside, session.userId, offer, keyRing);
    // the answer was a proof, too: the next page does not ask for another
    if (codes) await addMethods(inside, session.sessionId, [...new Set([...session.amr, 'otp', 'mfa'])]);
    return codes;
  });

export const addOwnPasskey = (
  scope: Scope,
  ceremony: Ceremony,
  session: Session,
  answer: { sealed: string; response: string; name: string },
) =>
  inTransaction(scope, async (inside) => {
    await holdOwner(inside, session);
    const added = await enrolPasskey(inside, ceremony, session.userId, answer);
    if (added) await addMethods(inside, session.sessionId, [...new Set([...session.amr, ...added.amr])]);
    return added;
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
