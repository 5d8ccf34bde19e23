// Owns: what an application is told about a person by its mapping: NameID and attributes by SAML, subject and claims by OpenID Connect.
// Does not: decide who gets in (access) nor write XML (platform/saml).
export { describeConditions } from './describe-conditions.ts';
export { type Description, describePerson, isNamedLater, type NameIdFault, type NameIdRequest, nameIdFaults } from './describe-person.ts';
export {
  findUsersBySubject,
  listPairwiseSubjects,
  loadSubjectKey,
  pairwiseSubject,
  sealedSubjectKeys,
  subjectOf,
} from './pairwise-subjects.ts';
export { type ClaimRequest, releasedClaims, wantsClaims } from './released-claims.ts';
export { listPersistentNameIds } from './store.ts';
