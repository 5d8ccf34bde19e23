// Owns: which master keys the store was written with, what still needs each, and how an old one leaves the ring: whatever it sealed is sealed again under the current one.
// Does not: seal anything of its own but that; each slice says what it seals (platform/crypto, SealedColumn).
export { loadFingerprintKeys } from './fingerprint-keys.ts';
export { examineMasterKeys, noteMasterKeys } from './note-keys.ts';
export { type ReEncryption, reEncrypt } from './re-encrypt.ts';
export { sealedColumns } from './sealed-columns.ts';
export { type KeyUse, listKeyUses, listLostSecrets } from './uses.ts';
