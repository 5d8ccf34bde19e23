// Owns: the applications of a context: name, logo, navigable or not, how each protocol reaches it; the catalogue of known ones.
// Does not: who may open them (assignments, access) nor speak their protocol (web/oidc, web/saml).
export { type CatalogueEntry, catalogue, findCatalogueEntry } from './catalogue/index.ts';
export {
  type ApplicationInput,
  changeClientSecret,
  cloneApplication,
  createApplication,
  deleteApplication,
  editApplication,
  setApplicationEnabled,
} from './change-application.ts';
export { changeLogo, findLogo } from './logo.ts';
export { matchesClientSecret, type OidcInput, type OidcSettings, oidcInputKeys, parseOidcSettings } from './oidc-settings.ts';
export {
  defaultConsumer,
  listPartnerCertificates,
  logoutService,
  type PersonField,
  parseSamlSettings,
  personFields,
  type SamlInput,
  type SamlSettings,
  type SourceField,
  samlInputKeys,
  settingsFromMetadata,
} from './saml-settings.ts';
export {
  type Application,
  findApplicationByClientId,
  findApplicationByCode,
  findApplicationByEntityId,
  findApplicationById,
  getApplication,
  listApplications,
  listApplicationsByIds,
  listApplicationsUsingField,
} from './store.ts';
