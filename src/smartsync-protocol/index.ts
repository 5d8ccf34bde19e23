// Owns: what a server and SmartSync, the agent beside a directory, say to each other: messages by version, filters, sealed passwords and their proofs.
// Does not: open connections, read a directory or decide anything.
//
//   agent  → POST <company>/smartsync/enrol       the token, once: it buys an identity of its own, two public keys
//   agent  → WebSocket <company>/smartsync/connect
//   server → challenge                            a nonce, so that neither clock matters
//   agent  → proof                                the nonce signed by the agent's key
//   server → welcome                              which directory it speaks for
//   agent  → status                               at once, and whenever it changes
//   server → request                              what to do, and how long the answer is of use
//   agent  → batch, server → taken                of a request that reads, many times
//   agent  → answer
export {
  type Accepted,
  type CreatePersonAnswer,
  type DirectoryKind,
  type DirectoryStatus,
  directoryKinds,
  type PasswordAnswer,
  type ReadAnswer,
  type Refusal,
  type RefusalReason,
  refusalReasons,
  type ServerHealth,
} from './answers.ts';
export type { EntryRecord, GroupRecord, MemberReference, PersonRecord } from './entries.ts';
export { defaultFilters, FilterFault, isFilter, readFilter, type SearchFilter } from './filter.ts';
export { findUnusableKey } from './keys.ts';
export {
  type AgentMessage,
  agentMessage,
  type Enrolment,
  enrolment,
  enrolmentAnswer,
  mostMessageBytes,
  type ServerMessage,
  serverMessage,
} from './messages.ts';
export {
  type AnswerOf,
  answerSchemas,
  type DirectoryRequest,
  type RequestKind,
  type RequestOf,
} from './requests.ts';
export { isProvenAnswer, openSealed, proveAnswer, type Sealed, type SealedKey, seal, signNonce, verifyNonce } from './seal.ts';
export { isCompatible, type ProtocolVersion, protocolVersion } from './version.ts';
