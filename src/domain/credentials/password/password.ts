import { invalidInput } from '../../../platform/errors/index.ts';
import type { SignInPolicy } from '../../sign-in-policy/index.ts';
import { emailKey, nameKey, type User } from '../../users/index.ts';

type Person = Pick<User, 'email' | 'username' | 'firstName' | 'lastName'>;

/** Message keys of what is wrong with a password for this person; empty when nothing is (NIST SP 800-63B-4 §3.1.1.2). */
export function passwordFaults(password: string, person: Person, policy: SignInPolicy): string[] {
  const faults: string[] = [];
  const length = [...password].length;
  if (length < policy.passwordMinLength) faults.push('fields.password_short');
  if (length > policy.passwordMaxLength) faults.push('fields.password_long');
  const plain = nameKey(password);
  const own = [
    person.username,
    person.email && emailKey(person.email),
    person.email?.split('@')[0],
    `${person.firstName} ${person.lastName}`,
    `${person.firstName}${person.lastName}`,
  ];
  if (own.some((value) => value && nameKey(value) === plain)) faults.push('fields.password_personal');
  if (new Set(plain).size < 4) faults.push('fields.password_simple');
  return faults;
}

/** @throws AppError invalid_input */
export function checkPassword(password: string, person: Person, policy: SignInPolicy, field = 'newPassword'): void {
  const [fault] = passwordFaults(password, person, policy);
  if (fault) throw invalidInput({ [field]: fault }, { min: policy.passwordMinLength, max: policy.passwordMaxLength });
}
