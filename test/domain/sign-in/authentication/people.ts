import { getUser, type NewUser, type User } from '../../../../src/domain/people/users/index.ts';
import { inTransaction, type UserId } from '../../../../src/domain/scope.ts';
import { addOwnFactor, type Enrolment } from '../../../../src/domain/sign-in/authentication/index.ts';
import { setPersonalPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { startTotp } from '../../../../src/domain/sign-in/credentials/totp/index.ts';
import type { Session } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, type PolicyRules, type SignInPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { readPassword } from '../../../../src/platform/crypto/index.ts';
import { answerOf } from '../../../support/factors.ts';
import { totpCode } from '../../../support/second-factor.ts';
import type { UseCaseStore } from '../../../support/use-cases.ts';

export const password = 'the sentence of yesterday';

export const rulesWith = (changes: Partial<SignInPolicy> = {}, overrides: PolicyRules['overrides'] = []): PolicyRules => ({
  base: { ...defaultPolicy, ...changes },
  overrides,
});
export const required = rulesWith({ secondFactor: { ...defaultPolicy.secondFactor, demand: 'required' } });

export async function personWithPassword(store: UseCaseStore, more: Partial<NewUser> = {}): Promise<User> {
  const user = await store.person(more);
  const hash = await store.scope.hasher.hash(readPassword(password));
  await inTransaction(store.scope, (inside) => setPersonalPassword(inside, user, hash));
  return user;
}

/** A live session of this person, as a page would find it. */
export async function sessionOf(store: UseCaseStore, userId: UserId): Promise<Session> {
  const sessionId = await store.session(userId);
  const { firstName, lastName, role, email } = await getUser(store.scope, userId);
  const now = store.scope.clock.now();
  const person = { firstName, lastName, role, login: email ?? '' };
  return { sessionId, userId, amr: ['pwd'], authenticatedAt: now, seenAt: now, expiresAt: now, person };
}

/** What a form sends that sets up an app, with the code that the app shows. */
export function enrolmentOf(store: UseCaseStore, userId: UserId, name = 'App'): { secret: string; enrolment: Enrolment } {
  const { secret, sealed } = startTotp(store.scope, userId, { company: 'Acme', login: 'person' });
  const answer = answerOf({ offer: sealed, code: totpCode(secret, store.scope.clock.now().getTime()) });
  const place = { origin: 'https://idp.example', company: 'Acme', browser: 'own', artifacts: {} as never };
  return { secret, enrolment: { kind: 'totp', place, answer, name } };
}

/** Sets up an app. @returns the secret and the recovery codes */
export async function addApp(store: UseCaseStore, session: Session, name?: string): Promise<{ secret: string; codes: string[] }> {
  const { secret, enrolment } = enrolmentOf(store, session.userId, name);
  const { codes } = (await addOwnFactor(store.scope, session, enrolment))!;
  return { secret, codes };
}
