// Owns: the agents' audience: enrolment, and the WebSocket by which an agent beside a directory is told who it speaks for, and given work (decision 0019).
// Does not: queue what is asked (people/directory-requests), or say what becomes of what an agent reads (administration/directory-runs).
export { createSmartSync, type SmartSync } from './smart-sync.ts';
