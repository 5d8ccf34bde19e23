// Owns: the one sign-in session of a person in a context, and which relying parties joined it; starting, finding, ending it.
// Does not: cookies (web), proofs (authentication), telling relying parties (app/jobs, through the protocols).
export { isAdministratorSignedIn, listAdministratorPlaces, listAdministratorSessions } from './administrators.ts';
export { listApplicationUses, listLastUses, listUsesOfPeople } from './application-uses.ts';
export { describeBrowser } from './describe-browser.ts';
export { type EndReason, endOwnSession, endSession, endSessionsOfUser } from './end-session.ts';
export { findSessionEnd, type SessionEnd } from './find-session-end.ts';
export {
  enqueueServiceProviderNotice,
  type NoticeTo,
  type NoticeTools,
  notifyRelyingPartyJob,
  notifyServiceProviderJob,
  type ServiceProviderNotice,
  sealedNotices,
} from './jobs.ts';
export { noteNothingToTell, noteTold } from './note-told.ts';
export type { Session } from './session.ts';
export { type NewSession, startSession } from './start-session.ts';
export {
  addMethods,
  countSignInsAway,
  createSessionFinder,
  findSessionIdOfToken,
  findSessionsOfParticipant,
  isNotified,
  isSessionAlive,
  listParticipants,
  listSessionsOfUser,
  lockSession,
  markNotified,
  type Participant,
  recordParticipant,
  type SessionFinder,
} from './store.ts';
