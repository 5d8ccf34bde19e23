// Owns: randomness, ids, hashes of passwords and bearer values, encryption at rest with the key ring. Does not: signing keys of contexts
// (domain/company/signing-keys).

export { newId } from './ids.ts';
export { isMasterKey, KeyRing, parseKeyRing, parseMasterKeys } from './key-ring.ts';
export { formsOf, type Password, readPassword } from './password.ts';
export { loadPasswordEngine, type PasswordEngine } from './password-engine.ts';
export { BusyError, createPasswordHasher, type PasswordHasher } from './password-hasher.ts';
export type { SealedColumn } from './sealed-column.ts';
export { openStream, SealFault, sealStream } from './sealed-stream.ts';
export { contentTag, hashToken, maskToken, randomPassword, randomToken, safeEqual, sha256, unmaskToken } from './tokens.ts';
