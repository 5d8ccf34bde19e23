// Owns: everything that a company keeps of one person, gathered for that person (S88–S90, LGPD art. 18, GDPR art. 15 and 20). Does not: any secret: no hash, no key, no token.
export { collectPersonalData } from './collect.ts';
