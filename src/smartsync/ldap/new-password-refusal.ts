import type { RefusalReason } from '../../smartsync-protocol/index.ts';
import { policyReasons } from './bind-refusal.ts';
import type { PasswordError } from './controls.ts';
import { textOf } from './entry.ts';
import { code, hasCode, isUnavailable, messageOf } from './failure.ts';
import type { Person } from './person.ts';
import type { Session } from './servers.ts';

/** Windows error codes at the beginning of AD's messages ([MS-ERREF] 2.2). */
const windows = { wrongOldPassword: 0x56, policy: 0x52d, lockedOut: 0x775 };

const windowsCode = (error: unknown): number => Number.parseInt(/^([\da-f]{8}):/i.exec(messageOf(error))?.[1] ?? '', 16);

/** Samba says which rule; Windows does not. */
const sambaRules: [RegExp, RefusalReason][] = [
  [/too short/i, 'password-too-short'],
  [/complexity/i, 'password-too-simple'],
  [/history|already used/i, 'password-in-history'],
  [/too young|can.?t be changed|minimum (password )?age/i, 'password-too-young'],
];

/**
 * Why AD does not take a new password.
 * @param isOwn changed by who knows the old one, rather than reset
 * @returns undefined for what is no word about the password
 */
export async function adPasswordRefusal(
  error: unknown,
  session: Session,
  person: Person,
  newPassword: string,
  isOwn: boolean,
): Promise<RefusalReason | undefined> {
  if (isUnavailable(error)) return undefined;
  const cause = windowsCode(error);
  if (cause === windows.wrongOldPassword && isOwn) return 'wrong-password';
  if (cause === windows.lockedOut) return 'account-locked';
  if (cause === windows.policy) {
    const said = sambaRules.find(([words]) => words.test(messageOf(error)));
    return said?.[1] ?? brokenRule(await readRules(session, person), newPassword, Date.now() / 1000, isOwn);
  }
  if (hasCode(error, code.insufficientAccessRights)) return isOwn ? 'password-may-not-change' : 'no-right';
  return undefined;
}

/** Ages in seconds. */
type AdPasswordRules = { minLength: number; minAge: number; isComplex: boolean; lastSetAt: number; names: string[] };

const ticksPerSecond = 10_000_000n;
const fileTimeEpochSeconds = 11_644_473_600;
const seconds = (ticks: string | undefined): number => Number(BigInt(ticks ?? '0') / ticksPerSecond);

/** The rules for this person: those of their own policy, else the domain's. */
async function readRules({ connection, facts }: Session, { dn }: Person): Promise<AdPasswordRules> {
  const nothing = () => undefined;
  const entry = await connection.read(dn, ['pwdLastSet', 'msDS-ResultantPSO', 'sAMAccountName', 'displayName']).catch(nothing);
  const ownDn = entry && textOf(entry, 'msDS-ResultantPSO');
  const own = ownDn
    ? await connection
        .read(ownDn, ['msDS-MinimumPasswordLength', 'msDS-MinimumPasswordAge', 'msDS-PasswordComplexityEnabled'])
        .catch(nothing)
    : undefined;
  const domain = await connection.read(facts.rootDn ?? '', ['minPwdLength', 'minPwdAge', 'pwdProperties']).catch(nothing);
  const rule = (ofOwn: string, ofDomain: string) => (own ? textOf(own, ofOwn) : domain && textOf(domain, ofDomain));
  const complexity = rule('msDS-PasswordComplexityEnabled', 'pwdProperties');
  return {
    minLength: Number(rule('msDS-MinimumPasswordLength', 'minPwdLength') ?? 0),
    minAge: -seconds(rule('msDS-MinimumPasswordAge', 'minPwdAge')),
    isComplex: complexity === 'TRUE' || (Number(complexity) & 1) === 1,
    lastSetAt: seconds(entry && textOf(entry, 'pwdLastSet')) - fileTimeEpochSeconds,
    names: ['sAMAccountName', 'displayName'].flatMap((name) => (entry && textOf(entry, name)) ?? []),
  };
}

/** Which rule AD can have meant: what is left when no other is broken is the history. @param now in seconds since 1970 */
export function brokenRule(rules: AdPasswordRules, password: string, now: number, isOwn: boolean): RefusalReason {
  if ([...password].length < rules.minLength) return 'password-too-short';
  if (isOwn && rules.lastSetAt > 0 && now - rules.lastSetAt < rules.minAge) return 'password-too-young';
  if (rules.isComplex && !isComplex(password, rules.names)) return 'password-too-simple';
  return isOwn ? 'password-in-history' : 'password-too-simple';
}

/** "Password must meet complexity requirements": three kinds of characters of five, and no part of the name of three characters or more. */
function isComplex(password: string, [login = '', name = '']: string[]): boolean {
  const kinds = [/\p{Lu}/u, /\p{Ll}/u, /\d/, /[^\p{L}\p{N}]/u, /[\p{Lo}\p{Lt}\p{Lm}]/u].filter((kind) => kind.test(password));
  const parts = [login, ...name.split(/[\s,.\-_#]+/)].filter((part) => part.length >= 3);
  return kinds.length >= 3 && !parts.some((part) => password.toLowerCase().includes(part.toLowerCase()));
}

/** Why a directory with RFC 3062 does not take a new password. @returns undefined for what is no word about the password */
export function policyPasswordRefusal(error: unknown, policyError: PasswordError | undefined, isOwn: boolean): RefusalReason | undefined {
  if (isUnavailable(error)) return undefined;
  if (policyError) return policyReasons[policyError];
  if (hasCode(error, code.insufficientAccessRights)) return isOwn ? 'password-may-not-change' : 'no-right';
  if (hasCode(error, code.constraintViolation)) return 'password-too-simple';
  return undefined;
}
