import { identifier, type User } from '../../people/users/index.ts';
import { reserveAttempt } from '../../records/attempts/index.ts';
import type { Scope } from '../../scope.ts';
import { proveRecoveryCode } from '../credentials/recovery-code/index.ts';
import { proveTotp } from '../credentials/totp/index.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { mayLiftBlock, refuseAttempt } from './refuse-attempt.ts';

/** What stands in the audit, and which methods the proof gains (RFC 8176). */
const kinds = {
  totp: { amr: ['otp', 'mfa'], reason: 'wrong-totp' },
  'recovery-code': { amr: ['mfa'], reason: 'wrong-recovery-code' },
} as const;
export type TypedFactor = keyof typeof kinds;

/**
 * A code that a person types. It is counted on the same counter as passwords, and taken before the code is looked at.
 * @returns the methods proven now, or undefined
 */
export async function proveTypedFactor(
  scope: Scope,
  rules: PolicyRules,
  { user, browser, kind, code }: { user: User; browser: string; kind: TypedFactor; code: string },
): Promise<string[] | undefined> {
  const { lockout } = rules.base;
  const { userId } = user;
  const reserved = await reserveAttempt(scope, userId, browser, lockout);
  const isAlive = user.status === 'activated' || mayLiftBlock(user, reserved.isKnownBrowser, lockout, scope.clock.now());
  const prove = () => (kind === 'totp' ? proveTotp(scope, userId, code) : proveRecoveryCode(scope, userId, code));
  if (reserved.taken !== undefined && isAlive && (await prove())) return [...kinds[kind].amr];
  const reason = reserved.taken === undefined ? 'attempts-used-up' : isAlive ? kinds[kind].reason : user.status;
  await refuseAttempt(scope, { login: identifier(user), browser, user, reason, reserved, lockout });
  return undefined;
}
