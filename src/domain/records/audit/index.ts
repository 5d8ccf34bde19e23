// Owns: what happened in a context, who did it, with what outcome; writing it in the transaction of the change, sealing it into a chain, reading it, when each person last signed in, and the keys under
// which people's data stand in it. Does not: decide what is allowed; keep operators' logs (platform/log); export it or say how long it is kept (audit-keeping).

export { canonicalEvent, nextHash, noHash } from './chain.ts';
export { type EventKind, eventKinds } from './event-kinds.ts';
export { type AuditEventType, auditEventTypes, viewEventTypes } from './events.ts';
export { listLastSignIns } from './last-sign-ins.ts';
export { type AuditFilter, countEvents, findEvents, findSealedRange, listEvents, listSealed } from './list-events.ts';
export { measureUnsealed } from './measure-unsealed.ts';
export { listApplicationsOf, listNewestOf } from './newest-events.ts';
export { purgeEvents } from './purge-events.ts';
export { type AuditEvent, type EventRow, openEvents } from './read-events.ts';
export { type NewEvent, readPersonKeys, recordAlone, recordEvent, recordEvents } from './record-event.ts';
export { recordRestore } from './record-restore.ts';
export { restartChain } from './restart-chain.ts';
export { BrokenChain, findHead, hasCurrentMac, listDailyCounts, renewMac, sealEvents, startChain } from './seal-events.ts';
export { type Breach, type Verification, verifyChain } from './verify-chain.ts';
