// Owns: the agents' audience: enrolment, and the WebSocket over which a directory's agent learns which directory it serves, and gets work (decision 0019).
// Does not: queue what is asked (people/directory-requests), or say what becomes of what an agent reads (administration/directory-runs).
export { createSmartSync, type SmartSync } from './smart-sync.ts';
