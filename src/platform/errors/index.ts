// Owns: the one error type that crosses slices, and reading input by a schema. Does not: render errors (each audience in web does).
export {
  AppError,
  type Fault,
  type FieldErrors,
  invalidInput,
  invalidTogether,
  listFaults,
  notFound,
  refuseTogether,
} from './app-error.ts';
export { closestOf } from './closest.ts';
export { lineRule, maybeLineRule, ruleOf, webAddressRule, wordRule, wordsRule } from './editor-rules.ts';
export { noneTwice } from './none-twice.ts';
export { codeFault, codeText, fromDigits, inputFaults, lineOf, parseInput, textOf, whole } from './parse-input.ts';
export { orThrow, type ReadAsFar, type RuleTogether, readAsFar } from './read-as-far.ts';
export { oneOfKeys, someOfKeys, where, whereKeysAre } from './schema-conditions.ts';
export { schemaFaults } from './schema-faults.ts';
export { describeSystemFault } from './system-fault.ts';
export { visible } from './visible.ts';
