import type { Password } from '../../../../platform/crypto/index.ts';
import { invalidInput } from '../../../../platform/errors/index.ts';
import { emailKey, nameKey, type User } from '../../../people/users/index.ts';
import { isBreached } from './breached.ts';
import { type CharacterClass, longestPassword, type PasswordRules } from './password-rules.ts';

type Person = Pick<User, 'email' | 'username' | 'firstName' | 'lastName'>;

const classPattern: Record<CharacterClass, RegExp> = { lower: /\p{Ll}/u, upper: /\p{Lu}/u, digit: /\p{Nd}/u, symbol: /[^\p{L}\p{N}]/u };

/** Message keys of what is wrong with a password for this person; empty when nothing is (NIST SP 800-63B-4 §3.1.1.2). Its history is asked apart (choose-password). */
export async function passwordFaults({ text: password }: Password, person: Person, rules: PasswordRules): Promise<string[]> {
  const faults: string[] = [];
  const length = [...password].length;
  if (password.includes('\0')) faults.push('fields.password_nul');
  if (length < rules.minLength) faults.push('fields.password_short');
  if (length > longestPassword) faults.push('fields.password_long');
  for (const one of rules.classes) if (!classPattern[one].test(password)) faults.push(`fields.password_${one}`);
  const plain = nameKey(password);
  const own = [
    person.username,
    person.email && emailKey(person.email),
    person.email?.split('@')[0],
    `${person.firstName} ${person.lastName}`,
    `${person.firstName}${person.lastName}`,
  ];
  if (own.some((value) => value && isMostly(plain, nameKey(value)))) faults.push('fields.password_personal');
  if (new Set(plain).size < 4) faults.push('fields.password_simple');
  if (rules.refuseBreached && (await isBreached(password))) faults.push('fields.password_breached');
  return faults;
}

/** The name itself, or the name with a few characters around it: what an attacker tries first. */
const isMostly = (password: string, name: string): boolean =>
  name.length >= 3 && password.includes(name) && password.length - name.length < 6;

/** @throws AppError invalid_input */
export async function checkPassword(password: Password, person: Person, rules: PasswordRules, field = 'newPassword'): Promise<void> {
  const [fault] = await passwordFaults(password, person, rules);
  if (fault) throw invalidInput({ [field]: fault }, { min: rules.minLength, max: longestPassword });
}
