// Owns: the one sign-in session of a person in a context, and which relying parties joined it; starting, finding, ending it.
// Does not: cookies (web), proofs (authentication), telling relying parties (app/jobs, through the protocols).
export { endSession, endSessionsOfUser, type EndReason } from './end-session.ts';
export { startSession, type NewSession } from './start-session.ts';
export { createSessionFinder, listParticipants, markNotified, type Participant, recordParticipant, type Session, type SessionFinder } from './store.ts';
