import type { KeyRing } from '../../platform/crypto/index.ts';
import { recordEvent } from '../audit/index.ts';
import { countRecoveryCodes, makeRecoveryCodes } from '../credentials/recovery-code/index.ts';
import { addTotp } from '../credentials/totp/index.ts';
import type { Scope, UserId } from '../scope.ts';
import { fullName, getUser } from '../users/index.ts';

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
  await recordEvent(scope, {
    type: 'second-factor.enrolled',
    subject: { kind: 'user', id: userId, name: fullName(user) },
    details: { factor: 'totp', name: offer.name },
  });
  return (await countRecoveryCodes(scope, userId)) > 0 ? [] : makeRecoveryCodes(scope, userId);
}
