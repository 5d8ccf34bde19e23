// Owns: what an administrator wants to know when the day begins: sign-ins, who waits or is kept out, what was refused, directories in trouble.
// Does not: name risky settings (risks), count events (audit does, as it seals them) nor people (users).
export { type Overview, overviewOf } from './overview.ts';
