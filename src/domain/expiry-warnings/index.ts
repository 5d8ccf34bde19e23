// Owns: telling a context's administrators by mail that a certificate ends soon, ours or a partner's, a few times and not every day.
// Does not: hold certificates (saml-certificates, applications) nor send mail (a job does).
export { type EndingCertificate, listEndingSoon, warnOfExpiry } from './warn-of-expiry.ts';
