// Owns: randomness, ids, hashes of bearer values, encryption at rest with the key ring. Does not: passwords (password-hasher) or signing keys of
// contexts (domain/signing-keys).

export { newId } from './ids.ts';
export { KeyRing, parseKeyRing } from './key-ring.ts';
export { BusyError, createPasswordHasher, type PasswordHasher } from './password-hasher.ts';
export { hashToken, randomPassword, randomToken, safeEqual, sha256 } from './tokens.ts';
