// Owns: bringing a store to what a file says: companies, people, groups, applications; all of it or nothing.
// Does not: rules of its own: every write goes through the use cases that the console uses.
export { applyState } from './apply-state.ts';
export type { ApplyResult, Change } from './applying.ts';
export { createContextWithBasics } from './create-context-with-basics.ts';
export { type DesiredState, describedFile, parseState, StateError } from './desired-state.ts';
