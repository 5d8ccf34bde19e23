// Owns: answers to SAML service providers that wait, under an artifact, to be fetched by whom they are for: encrypted, for a minute, once.
// Does not: read or write artifacts and messages (platform/saml), or know the table (records/protocol-artifacts).
export { keepResponse, takeResponse } from './response-artifacts.ts';
