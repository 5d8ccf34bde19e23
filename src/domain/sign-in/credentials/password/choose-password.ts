import { z } from 'zod';
import { type Password, readPassword } from '../../../../platform/crypto/index.ts';
import { invalidInput } from '../../../../platform/errors/index.ts';
import type { User } from '../../../people/users/index.ts';
import type { Scope } from '../../../scope.ts';
import { checkPassword } from './password.ts';
import type { PasswordRules } from './password-rules.ts';
import { findPassword, listPasswordHistory } from './store.ts';

/** A password as somebody chooses it, typed twice. Its own rules come later, by `choosePassword`: they need the policy of the person. */
export const newPasswordInput = z
  .object({ newPassword: z.string().transform(readPassword), repeatPassword: z.string().transform(readPassword) })
  .refine(({ newPassword, repeatPassword }) => newPassword.text === repeatPassword.text, {
    path: ['repeatPassword'],
    message: 'fields.password_repeat',
  });
export type NewPasswordInput = z.input<typeof newPasswordInput>;

/**
 * Every path on which somebody chooses a password comes here: the rules, the password in force, and those before it. Slow, and so outside of transactions.
 * @returns the hash to keep (set-password)
 * @throws AppError invalid_input on `field`
 */
export async function choosePassword(
  scope: Scope,
  user: User,
  password: Password,
  rules: PasswordRules,
  field = 'newPassword',
): Promise<string> {
  await checkPassword(password, user, rules, field);
  const current = await findPassword(scope, user.userId);
  if (current && (await scope.hasher.verify(password, current.hash))) throw invalidInput({ [field]: 'fields.password_same' });
  for (const hash of await listPasswordHistory(scope, user.userId, rules.history))
    if (await scope.hasher.verify(password, hash)) throw invalidInput({ [field]: 'fields.password_used' }, { count: rules.history });
  return scope.hasher.hash(password);
}
