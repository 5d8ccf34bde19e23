// Owns: what happened in a context, who did it, with what outcome; writing it in the transaction of the deed, and reading it.
// Does not: decide what is allowed; keep operators' logs (platform/log).
export { type AuditEventType, auditEventTypes } from './events.ts';
export { type AuditEvent, type AuditFilter, listEvents } from './list-events.ts';
export { type NewEvent, recordEvent } from './record-event.ts';
