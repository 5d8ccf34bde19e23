// Owns: bringing a store to what a file says: companies, people, groups, applications; all of it or nothing. So too what a comparison of two companies says.
// Does not: rules of its own: every write goes through the use cases that the console uses. Nor the shape of the file (configuration).
export { type DesiredState, describedFile, parseState, StateError } from '../configuration/index.ts';
export { applyDifferences } from './apply-differences.ts';
export { type ApplyOptions, applyState, findFaults } from './apply-state.ts';
export type { ApplyResult, Change, PlannedContext, PolicyOptions } from './applying.ts';
export { createContextWithBasics } from './create-context-with-basics.ts';
export { rehearse } from './rehearse.ts';
