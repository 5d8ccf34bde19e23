import { z } from 'zod';
import { AppError, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { networkOf } from '../../../platform/net/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { enqueueMail, mailPerson } from '../../company/mails/index.ts';
import { mayRegister, newAccountsSettings } from '../../company/new-accounts/index.ts';
import { actorSchema, enqueue, job, jobType } from '../../job.ts';
import {
  actingAs,
  checkPersonalData,
  createUser,
  emailKey,
  findUserByLogin,
  fullName,
  isPlainEmail,
  lockUser,
  type User,
} from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { countLinksBy, createLink, findLink, useLink } from '../../records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { findPolicyOf } from '../../sign-in/authentication/index.ts';
import { checkPassword, type NewPasswordInput, newPasswordInput, setPersonalPassword } from '../../sign-in/credentials/password/index.ts';
import type { PolicyRules } from '../../sign-in/sign-in-policy/index.ts';
import { sendInvitation } from './invite-user.ts';

export type Registration = { firstName: string; lastName: string; email: string; locale: string };

const mostPerDay = 3;
/** From one address: an office of newcomers, and no mail cannon. */
const mostPerHourFrom = 60;
const sealedFor = (contextId: string) => `registration:${contextId}`;

/** Somebody wants an account. `registration` is sealed. */
const registrationWish = jobType('send-registration', { actor: actorSchema, registration: z.string() });

/**
 * Who asks hears the same, whether or not there is such an account: what depends on it happens in a job.
 * @throws AppError invalid_input by field, not_found where nobody may register
 */
export async function requestRegistration(scope: Scope, input: Registration): Promise<void> {
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

/** The job: a link that makes the account; to somebody who has one, the way to sign in. */
export async function sendRegistration(scope: Scope, sealed: string): Promise<void> {
  const input: Registration = JSON.parse(scope.keyRing.decrypt(sealed, sealedFor(scope.contextId)).toString());
  const { email, locale } = input;
  const owner = { addressKey: emailKey(email) };
  // of one mailbox, whatever stands behind a plus
  const mailbox = owner.addressKey.replace(/\+[^@]*@/, '@');
  await inTransaction(scope, async (inside) => {
    const since = new Date(scope.clock.now().getTime() - 86_400_000);
    const found = await findUserByLogin(inside, email);
    // the person before any link, as everywhere
    const known = found && (await lockUser(inside, found.userId));
    const from = networkOf(scope.actor.ip ?? '');
    const hour = new Date(scope.clock.now().getTime() - 3_600_000);
    const isMailed =
      (await countLinksBy(inside, 'registration', { mailbox }, since)) < mostPerDay &&
      (await countLinksBy(inside, 'registration', { from }, hour)) < mostPerHourFrom;
    await recordEvent(inside, {
      type: 'registration.requested',
      outcome: isMailed && !known ? 'success' : 'failure',
      subject: known && { kind: 'user', id: known.userId, name: fullName(known) },
      reason: known ? 'has-an-account' : isMailed ? undefined : 'too-many',
    });
    if (!isMailed) return;
    const { confirmationHours } = (await loadSettings(inside, newAccountsSettings)).value;
    // also for who has an account: the count of mails to an address is the same
    const token = await createLink(inside, {
      kind: 'registration',
      owner,
      lifetimeSeconds: confirmationHours * 3600,
      payload: { ...input, from, mailbox },
    });
    if (known?.status === 'invited') await sendInvitation(inside, known, { locale, most: mostPerDay });
    else if (known)
      await mailPerson(inside, known, { mail: 'already_registered', leadsTo: { page: 'recovery-request' }, to: known.email, locale });
    else {
      // what a stranger typed as a name is no greeting
      const params = { hours: confirmationHours };
      await enqueueMail(inside, { to: email, locale, mail: 'registration', params, leadsTo: { page: 'registration', token } });
    }
  });
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
    const user = await createUser(inside, { ...person, status: 'activated', emailVerified: true, locale, customFields });
    const as = actingAs(inside, user);
    await setPersonalPassword(as, user, hash);
    return user;
  });
}

export const sendRegistrationJob = job(registrationWish, (scope, { actor, registration }) =>
  sendRegistration({ ...scope, actor }, registration),
);
