// Owns: the fields of people that a company defines: code, type, order, and whether a value fits one.
// Does not: keep anybody's values (users) nor release them (assertions by an application's mapping).

export {
  type CustomField,
  type CustomFieldType,
  type CustomValue,
  type CustomValues,
  customFieldName,
  customFieldRules,
  customFieldTypes,
  customTexts,
  readCustomValues,
} from './custom-field.ts';
export {
  arrangeCustomFields,
  type CustomFieldInput,
  createCustomField,
  editCustomField,
  moveCustomField,
  removeCustomField,
} from './define-custom-field.ts';
export { type FieldClaim, fieldClaimNames, fieldClaims } from './field-claims.ts';
export { customValuesOfField } from './jobs.ts';
export { removeCustomFields } from './remove-all.ts';
export { getCustomField, listCustomFields, lockCustomFields } from './store.ts';
