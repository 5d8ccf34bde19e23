import { z } from 'zod';
import { type Password, readPassword } from '../../../../platform/crypto/index.ts';
import { AppError, invalidInput } from '../../../../platform/errors/index.ts';
import type { RefusalReason } from '../../../../smartsync-protocol/index.ts';
import type { Ask } from '../../../people/directory-requests/index.ts';
import type { Scope } from '../../../scope.ts';
import type { NetworkEntry } from './prove-directory-password.ts';

const filled = z.string().min(1, 'fields.required').max(1000, 'fields.too_long');
const isSame = (one: string, other: string): boolean => readPassword(one).text === readPassword(other).text;

/** The password there, and another one typed twice. Whether it is good enough the directory says. */
export const networkPasswordInput = z
  .object({ currentPassword: filled, newPassword: filled, repeatPassword: z.string() })
  .refine(({ newPassword, repeatPassword }) => isSame(newPassword, repeatPassword), {
    path: ['repeatPassword'],
    message: 'fields.password_repeat',
  })
  .refine(({ currentPassword, newPassword }) => newPassword === '' || !isSame(currentPassword, newPassword), {
    path: ['newPassword'],
    message: 'fields.password_same',
  })
  .transform(({ currentPassword, newPassword }) => ({
    currentPassword: readPassword(currentPassword),
    newPassword: readPassword(newPassword),
  }));
export type NetworkPasswordInput = z.input<typeof networkPasswordInput>;

/** Another one, by who forgot the one before. */
export const newNetworkPasswordInput = z
  .object({ newPassword: filled, repeatPassword: z.string() })
  .refine(({ newPassword, repeatPassword }) => isSame(newPassword, repeatPassword), {
    path: ['repeatPassword'],
    message: 'fields.password_repeat',
  })
  .transform(({ newPassword }) => readPassword(newPassword));

/** What a directory does not like of a new password, as field messages. */
const faults: Partial<Record<RefusalReason, string>> = {
  'password-too-short': 'fields.network_password_too_short',
  'password-too-young': 'fields.network_password_too_young',
  'password-in-history': 'fields.network_password_in_history',
  'password-too-simple': 'fields.network_password_too_simple',
  'password-may-not-change': 'fields.network_password_may_not_change',
  'invalid-value': 'fields.network_password_too_simple',
};

/**
 * By the person, under the directory's own policy: AD by unicodePwd, OpenLDAP by RFC 3062.
 * @returns false when the current password is wrong
 * @throws AppError invalid_input on newPassword; directory_unavailable, directory_refused
 */
export async function changeDirectoryPassword(
  scope: Scope,
  ask: Ask,
  { directoryId, entryId, dn }: NetworkEntry,
  { currentPassword, newPassword }: { currentPassword: Password; newPassword: Password },
): Promise<boolean> {
  const passwords = { oldPassword: currentPassword.text, newPassword: newPassword.text };
  const request = { kind: 'change-password', body: { entry: { id: entryId, dn } } } as const;
  const answer = await ask(scope, directoryId, request, { passwords, timeoutMs });
  if (answer.outcome === 'refused' && answer.reason === 'wrong-password') return false;
  settle(answer);
  return true;
}

/** By the service account, for who forgot it. @throws AppError invalid_input on newPassword; directory_unavailable, directory_refused */
export async function resetDirectoryPassword(
  scope: Scope,
  ask: Ask,
  { directoryId, entryId, dn }: NetworkEntry,
  newPassword: Password,
): Promise<void> {
  const request = { kind: 'reset-password', body: { entry: { id: entryId, dn }, mustChange: false } } as const;
  settle(await ask(scope, directoryId, request, { passwords: { newPassword: newPassword.text }, timeoutMs }));
}

const timeoutMs = 10_000;

function settle(answer: { outcome: 'accepted' } | { outcome: 'unavailable' } | { outcome: 'refused'; reason: RefusalReason }): void {
  if (answer.outcome === 'accepted') return;
  if (answer.outcome === 'unavailable' || answer.reason === 'unavailable') throw new AppError('directory_unavailable', 503);
  const fault = faults[answer.reason];
  if (fault) throw invalidInput({ newPassword: fault });
  throw new AppError('directory_refused', 409, { cause: new Error(`a directory refused a password: ${answer.reason}`) });
}
