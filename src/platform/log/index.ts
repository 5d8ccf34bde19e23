// Owns: the structured log, what must never be in it, the request or job that a line belongs to, and what a process says of itself. Does not: audit (domain/audit is for
// administrators, this is for operators).
export { createLog, type Log, secretNames } from './create-log.ts';
export { currentWork, inWork, isRequestId, newRequestId, noteInLog, type Work } from './current-work.ts';
export { createVoice, logFaults, type Voice } from './voice.ts';
