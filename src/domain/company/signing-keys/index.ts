// Owns: each context's keys for signing tokens: made, published before use, signing, retired; private parts encrypted at rest.
// Does not: sign (the protocols do) nor choose an application's algorithm.
export { createSigningKeys, rotateSigningKeys } from './rotate-signing-keys.ts';
export { type KeyStatus, listSigningKeys, loadSigningKeys, type SigningKey, type SigningKeyRecord, sealedSigningKeys } from './store.ts';
