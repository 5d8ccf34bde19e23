import type { AnswerOf, RequestOf } from '../../smartsync-protocol/index.ts';
import { lockedForEver } from './bind-refusal.ts';
import { change } from './change-password.ts';
import { PasswordPolicy } from './controls.ts';
import { textOf } from './entry.ts';
import { code, hasCode, Refused } from './failure.ts';
import { readPersonBy } from './person.ts';
import type { Servers, Session } from './servers.ts';
import type { Work } from './work.ts';

/** ACCOUNTDISABLE of userAccountControl ([MS-ADTS] 2.2.16). */
const accountDisable = 2;

export const isDisabledInAd = (userAccountControl: string | undefined): boolean => (Number(userAccountControl ?? 0) & accountDisable) !== 0;

/** Asked twice it changes nothing more, so that it may be tried at another server. */
export async function setEnabled(
  servers: Servers,
  { entry, isEnabled }: RequestOf<'set-enabled'>,
  { signal }: Work,
): Promise<AnswerOf<'set-enabled'>> {
  await servers.use(
    'service',
    (session) => (session.facts.kind === 'active-directory' ? inAd : byPolicy)(session, entry, isEnabled),
    signal,
  );
  return { outcome: 'accepted' };
}

type Named = { id: string; dn: string };

/** Every other bit stays. */
async function inAd(session: Session, named: Named, isEnabled: boolean): Promise<void> {
  const { dn, entry } = await readPersonBy(session, named);
  const before = textOf(entry, 'userAccountControl');
  if (before === undefined) throw new Refused('no-right', 'userAccountControl cannot be read');
  if (isDisabledInAd(before) !== isEnabled) return;
  const after = isEnabled ? Number(before) & ~accountDisable : Number(before) | accountDisable;
  await session.connection.modify(dn, [change('replace', 'userAccountControl', String(after))]).catch((error) => {
    // AD enables nobody whose password breaks the policy
    throw hasCode(error, code.unwillingToPerform, code.constraintViolation) ? new Refused('password-too-simple', error.message) : error;
  });
}

/** As an administrator locks somebody for ever (draft-behera-ldap-password-policy-10 §5.3.3). */
async function byPolicy(session: Session, named: Named, isEnabled: boolean): Promise<void> {
  if (!session.facts.extensions.has(PasswordPolicy.type))
    throw new Refused('unsupported', 'the directory has no password policy (ppolicy)');
  const { dn, isLockedForEver } = await readPersonBy(session, named);
  if (isLockedForEver !== isEnabled) return;
  const lock = isEnabled ? change('delete', 'pwdAccountLockedTime') : change('replace', 'pwdAccountLockedTime', lockedForEver);
  await session.connection.modify(dn, [lock]);
}
