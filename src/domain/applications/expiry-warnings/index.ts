// Owns: telling a context's administrators by mail that something ends soon that applications rely on, a few times and not every day: certificates, ours or a partner's,
// and client secrets. Does not: hold them (saml-certificates, applications) nor send mail (a job does).

export { warnOfExpiryChore } from './jobs.ts';
export { measureEndings } from './measure-endings.ts';
export { type Ending, endingsOf, warnOfExpiry } from './warn-of-expiry.ts';
