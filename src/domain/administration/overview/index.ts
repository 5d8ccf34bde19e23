// Owns: what an administrator wants to know when the day begins: sign-ins, who waits or is kept out, what was refused, directories in trouble, how many have a second factor, what changed last, what a new company does first.
// Does not: name risky settings (risks), count events (audit does, as it seals them) nor people (users).
export { type FirstStep, firstSteps, homeSettings, listFirstSteps } from './first-steps.ts';
export { type Overview, overviewOf } from './overview.ts';
