// Owns: whether this process could sign somebody in just now, and if not why: the store takes a connection and a write, lets what a sign-in reads be read, and agrees on the time.
// Does not: answer balancers (web/health).
export { createReadiness, type Readiness } from './readiness.ts';
