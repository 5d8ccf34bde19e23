// Owns: what a service provider is told about a person by SAML: the NameID and the attributes, by the application's mapping.
// Does not: decide who gets in (access) nor write XML (platform/saml).
export { deleteCustomField } from './delete-custom-field.ts';
export { type Description, describePerson, type NameIdRequest } from './describe-person.ts';
