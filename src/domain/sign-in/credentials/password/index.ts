// Owns: the personal password of a person: its rules, its hash and those before it, the temporary one an administrator hands over (S62, S80, S116).
// Does not: count attempts (attempts) nor decide what follows (authentication).
export { choosePassword, type NewPasswordInput, newPasswordInput } from './choose-password.ts';
export { checkPassword, passwordFaults } from './password.ts';
export { type CharacterClass, characterClasses, longestPassword, type PasswordRules, passwordRules } from './password-rules.ts';
export {
  makeTemporaryPassword,
  makeTemporaryPasswords,
  sealedTemporaryPasswords,
  setPersonalPassword,
  setTemporaryPassword,
  showTemporaryPassword,
  type TemporaryPassword,
} from './set-password.ts';
export { findPassword, type StoredPassword, verifyPassword } from './store.ts';
