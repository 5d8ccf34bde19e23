// Owns: the applications of a context: name, logo, navigable or not, how each protocol reaches it; the catalogue of known ones.
// Does not: who may open them (assignments, access) nor speak their protocol (web/oidc, web/saml).
export { type Ability, abilitiesOf, abilityNames, type Change } from './abilities.ts';
export {
  type Asked,
  type CatalogueEntry,
  type Category,
  catalogue,
  categories,
  fieldOfAsked,
  fillEntry,
  findCatalogueEntry,
  isGenericEntry,
  isPlaceholder,
} from './catalogue/index.ts';
export {
  type ApplicationInput,
  applicationInput,
  cloneApplication,
  createApplication,
  deleteApplication,
  editApplication,
  findFreeCode,
  registerApplication,
  setApplicationEnabled,
} from './change-application.ts';
export { changeClientSecret, endClientSecret } from './change-secret.ts';
export { countUnusableKeys } from './client-keys.ts';
export {
  type FormerSecret,
  findNextSecretEnd,
  fingerprintPurpose,
  listLastSecretUses,
  listSecretUses,
  matchesClientSecret,
  recordSecretUse,
  secretExpiry,
  withoutSecrets,
} from './client-secrets.ts';
export { isOpenAddress } from './http-addresses.ts';
export { changeLogo, findLogo, listLogos, readLogo } from './logo.ts';
export {
  type ClaimScope,
  type ClaimSettings,
  type ClaimTarget,
  claimScopes,
  claimTargets,
  defaultMostValues,
  defaultScope,
  defaultTargets,
  type GroupsClaim,
  isPersonClaim,
  type MappedClaim,
  riders,
  type StandardClaim,
  scopeOfClaim,
  standardClaims,
} from './oidc-claims.ts';
export { type OidcSettings, oidcInput, usesSecret } from './oidc-settings.ts';
export {
  type Allowed,
  allowedBy,
  createPartnerReader,
  isNotable,
  mustBeOne,
  type PartnerReading,
  type PartnerSettings,
  readPartner,
  withPartner,
} from './partner-settings.ts';
export { portableApplication } from './portable.ts';
export { fitsPattern, isOriginOf } from './redirect-addresses.ts';
export { isAllowedRelayState } from './relay-states.ts';
export { removeApplications } from './remove-all.ts';
export { type Advice, adviseOn, isOpenUntil, type SamlOption, type SamlOptions, samlOptionNames, samlOptions } from './saml-options.ts';
export {
  listPartnerCertificates,
  parseSamlSettings,
  parseServices,
  type SamlInput,
  type SamlSettings,
  samlInput,
  toldFields,
} from './saml-settings.ts';
export { describeSetup, type SetupFacts } from './setup-facts.ts';
export { type PersonField, personFields, type SourceField } from './source-field.ts';
export {
  type Application,
  type ApplicationFilter,
  applicationSortKeys,
  countApplications,
  findApplicationByClientId,
  findApplicationByCode,
  findApplicationByEntityId,
  findApplicationById,
  getApplication,
  listAllApplications,
  listApplications,
  listApplicationsByIds,
  listApplicationsNamed,
  listApplicationsUsingField,
  listEntityIds,
  listMappedClaims,
  listPairwiseSectors,
  lockApplication,
  lockApplicationsByCode,
  setTraceUntil,
} from './store.ts';
export { sectorOf } from './subject-settings.ts';
export { fillTemplate, templateFields } from './template.ts';
export { secondsOf, type TokenTime, tokenSettingNames, tokenTimeNames, tokenTimes } from './token-settings.ts';
