// Owns: telling the service providers of a session, one after another through the browser, that it has ended (SAML profiles §4.4); who confirmed and who did not.
// Does not: end the session (sessions does, first, so that whatever happens on the way the person is signed out here) nor write messages (web/saml).
export {
  type Ending,
  endSessionsForPartner,
  findLogoutOfRequest,
  findLogoutOfSession,
  findSingleLogout,
  type LogoutStep,
  openSingleLogout,
  recordAnswer,
  type SingleLogout,
  saveSingleLogout,
  signOut,
} from './single-logout.ts';
