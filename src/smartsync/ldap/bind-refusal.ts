import type { RefusalReason } from '../../smartsync-protocol/index.ts';
import type { PasswordError } from './controls.ts';
import { code, codeOf, hasCode, messageOf } from './failure.ts';

/** `data` of AcceptSecurityContext: Windows error codes in hexadecimal ([MS-ERREF] 2.2). What is not here is no wrong password. */
const subCodes: Record<string, RefusalReason> = {
  '525': 'not-found',
  '52e': 'wrong-password',
  '530': 'outside-hours',
  '531': 'wrong-workstation',
  '532': 'password-expired',
  '533': 'account-disabled',
  '701': 'account-expired',
  '773': 'must-change',
  '775': 'account-locked',
};

/** What draft-behera-ldap-password-policy calls it. */
export const policyReasons: Record<PasswordError, RefusalReason> = {
  passwordExpired: 'password-expired',
  accountLocked: 'account-locked',
  changeAfterReset: 'must-change',
  passwordModNotAllowed: 'password-may-not-change',
  mustSupplyOldPassword: 'password-may-not-change',
  insufficientPasswordQuality: 'password-too-simple',
  passwordTooShort: 'password-too-short',
  passwordTooYoung: 'password-too-young',
  passwordInHistory: 'password-in-history',
};

/** pwdAccountLockedTime of somebody whom an administrator locked for ever: OpenLDAP's way to disable. */
export const lockedForEver = '000001010000Z';

/**
 * Why a bind as a person failed. Only what the directory itself calls a wrong password is one.
 * @param policyError what the response control said
 * @param isLockedForEver what the entry says
 * @returns undefined for what is no word about the person
 */
export function bindRefusal(error: unknown, policyError: PasswordError | undefined, isLockedForEver: boolean): RefusalReason | undefined {
  if (hasCode(error, code.noSuchObject)) return 'not-found';
  if (hasCode(error, code.unwillingToPerform)) return /inactivat|disabled/i.test(messageOf(error)) ? 'account-disabled' : undefined;
  // 389 Directory Server, after too many wrong ones
  if (hasCode(error, code.constraintViolation)) return 'account-locked';
  if (!hasCode(error, code.invalidCredentials, code.inappropriateAuthentication)) return undefined;
  const subCode = /\bdata ([\da-f]+)/i.exec(messageOf(error))?.[1]?.toLowerCase();
  if (subCode && codeOf(error) === code.invalidCredentials) return subCodes[subCode] ?? 'failed';
  if (isLockedForEver) return 'account-disabled';
  if (policyError) return policyReasons[policyError];
  return 'wrong-password';
}
