// Owns: a company as data: the shape of the file of `apply`, reading a company as one, comparing two, references to what a file does not hold.
// Does not: write anything (desired-state), nor know people, keys and secrets.
export { compareConfigurations, type Difference, type FieldDifference, namesOfPath, pathOfNames } from './compare-configurations.ts';
export { type Configuration, type Data, isKeys, type Keys, type OverrideTarget, plain } from './configuration.ts';
export { bytesOf } from './data-address.ts';
export { describeConfiguration } from './describe-configuration.ts';
export { nameOverrides, withKeys } from './describe-policy.ts';
export { fileOf, secretVariable } from './export-file.ts';
export {
  configurationSchemaPath,
  type Desired,
  type DesiredContext,
  type DesiredState,
  describedFile,
  parseState,
  readState,
} from './file.ts';
export { inFileOrder } from './file-order.ts';
export type { FileContent } from './file-parts.ts';
export { looksSecret, showKey } from './looks-secret.ts';
export {
  type ConfigurationObject,
  customFieldsIn,
  idOf,
  type Kind,
  kinds,
  type ListedKind,
  listObjects,
  listOfKind,
  mappedFields,
  type ObjectRef,
} from './objects.ts';
export { invertDifferences, patchConfiguration } from './patch-configuration.ts';
export { type ReferenceReader, type Resolved, resolveReferences } from './references.ts';
export { findInRest } from './salvage-state.ts';
export { isSecretPlace, shortened, showFound } from './show-found.ts';
export { faultAt, pathOf, StateError, type StateFault } from './state-error.ts';
export { fieldsToTell, type ObjectName, type ToldField, tellFields, tellObject, tellPath } from './tell-difference.ts';
export { tidyFaults } from './tidy-faults.ts';
