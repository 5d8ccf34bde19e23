import { AppError, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { mayRegister, newAccountsSettings } from '../../company/new-accounts/index.ts';
import { enqueue } from '../../job.ts';
import { actingAs, checkPersonalData, createUser, emailKey, isPlainEmail, tidyPerson, type User } from '../../people/users/index.ts';
import { findLink, useLink } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { checkPassword, type NewPasswordInput, newPasswordInput, setPersonalPassword } from '../../sign-in/credentials/password/index.ts';
import { findPolicyOf, type PolicyRules } from '../../sign-in/sign-in-policy/index.ts';
import { registrationWish } from './jobs.ts';
import { type Registration, sealedFor } from './send-registration.ts';

/**
 * The answer is the same, whether or not there is such an account: what depends on it happens in a job.
 * @throws AppError invalid_input by field, not_found where nobody may register
 */
export async function requestRegistration(scope: Scope, typed: Registration): Promise<void> {
  const input = tidyPerson(typed);
  const { value: settings } = await loadSettings(scope, newAccountsSettings);
  if (!settings.selfRegistration) throw new AppError('not_found', 404);
  const faults = checkPersonalData({ ...input, role: 'regular' });
  if (!isPlainEmail(input.email)) faults.email = 'fields.email';
  if (!faults.email && !mayRegister(settings, input.email)) faults.email = 'fields.registration_domain';
  if (Object.keys(faults).length > 0) throw invalidInput(faults, { domains: settings.domains.slice(0, 5).join(', ') });
  const sealed = scope.keyRing.encrypt(JSON.stringify(input), sealedFor(scope.contextId));
  // one wish an address waits at a time, however often it is sent
  const key = `registration ${scope.contextId} ${scope.keyRing.fingerprint(emailKey(input.email), 'registration')[0]}`;
  await enqueue(scope, registrationWish, { actor: scope.actor, registration: sealed }, { key });
}

/** What the person gives when they follow the link. `customFields` by code. */
export type RegistrationDetails = NewPasswordInput & { customFields: Record<string, unknown> };

/** The link proves the address: an account, Activated, with the password that was chosen. @throws AppError link_over, invalid_input, login_taken */
export async function completeRegistration(
  scope: Scope,
  rules: PolicyRules,
  token: string,
  { customFields, ...input }: RegistrationDetails,
): Promise<User> {
  const link = await findLink(scope, 'registration', token);
  if (!link) throw new AppError('link_over', 410);
  const { firstName = '', lastName = '', email = '', locale } = link.payload;
  const { value: settings } = await loadSettings(scope, newAccountsSettings);
  // closed, or another domain, since the mail
  if (!mayRegister(settings, email)) throw new AppError('link_over', 410);
  const person = { firstName, lastName, email, role: 'regular' } as const;
  const { newPassword } = parseInput(newPasswordInput, input);
  const policy = await findPolicyOf(scope, rules, { role: 'regular' });
  await checkPassword(newPassword, person, policy.password);
  const hash = await scope.hasher.hash(newPassword);
  return inTransaction(scope, async (inside) => {
    if (!(await useLink(inside, 'registration', token))) throw new AppError('link_over', 410);
    const user = await createUser(inside, { ...person, status: 'activated', emailVerifiedBy: 'link', locale, customFields });
    const as = actingAs(inside, user);
    await setPersonalPassword(as, user, hash);
    return user;
  });
}
