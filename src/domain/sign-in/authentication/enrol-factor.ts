import type { KeyRing } from '../../../platform/crypto/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { fullName, getUser, type User } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { addPasskey, type Ceremony } from '../credentials/passkey/index.ts';
import { countRecoveryCodes, makeRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { addTotp } from '../credentials/totp/index.ts';
import type { SecondFactor } from '../sign-in-policy/index.ts';

/**
 * Enrols a passkey. @param scope of a transaction
 * @returns the methods it proves, with recovery codes to show once; undefined when the browser's answer was not what was asked for
 */
export async function enrolPasskey(
  scope: Scope,
  ceremony: Ceremony,
  userId: UserId,
  answer: { sealed: string; response: string; name: string },
): Promise<{ amr: string[]; codes: string[] } | undefined> {
  const user = await getUser(scope, userId, { lock: true });
  const amr = await addPasskey(scope, ceremony, userId, answer);
  if (!amr) return undefined;
  return { amr, codes: await announce(scope, user, 'passkey', answer.name) };
}

/**
 * Enrols an authenticator app that has just answered. @param scope of a transaction
 * @returns recovery codes to show once, none when the person has some already; undefined when the answer was wrong or late
 */
export async function enrolTotp(
  scope: Scope,
  userId: UserId,
  offer: { sealed: string; code: string; name: string },
  keyRing: KeyRing,
): Promise<string[] | undefined> {
  const user = await getUser(scope, userId, { lock: true });
  if (!(await addTotp(scope, userId, offer, keyRing))) return undefined;
  return announce(scope, user, 'totp', offer.name);
}

/** @returns recovery codes, when the person has none yet */
async function announce(scope: Scope, user: User, factor: SecondFactor, name: string): Promise<string[]> {
  await recordEvent(scope, {
    type: 'second-factor.enrolled',
    subject: { kind: 'user', id: user.userId, name: fullName(user) },
    details: { factor, name },
  });
  await mailPerson(scope, user, { mail: 'second_factor_added', leadsTo: { page: 'account' }, params: { name } });
  return (await countRecoveryCodes(scope, user.userId)) > 0 ? [] : makeRecoveryCodes(scope, user.userId);
}
