// Owns: the deletion of a custom field, which the mappings of applications may forbid. Does not: define fields (custom-fields) nor map them (applications, assertions).
export { deleteCustomField } from './delete-custom-field.ts';
