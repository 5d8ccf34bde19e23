// Owns: the APIs that a company protects with tokens: identifier, scopes, who is granted which, which applications may ask for them and which are the API.
// Does not: make or answer for tokens (web/oidc), nor keep what a person agreed to (consents).
export { allowApplication, refuseApplication, versionOfAllowance } from './allow-application.ts';
export {
  type Api,
  type ApiApplicationInput,
  type ApiInput,
  apiApplicationInput,
  apiInput,
  apiScopeInput,
  apiScopeKey,
  openIdScopes,
  portableApi,
  readApiScopeKey,
  textOfScope,
} from './api.ts';
export { createApi, deleteApi, editApi } from './change-api.ts';
export { describeApiScopes } from './describe-scopes.ts';
export { grantScope, withdrawScope } from './grant-scope.ts';
export { listApiScopesOfUser, listGrantsOfUser, listGroupGrants, listScopeGrants, listScopesOfUser } from './grants-store.ts';
export { type ApiWithApplications, loadApis } from './load-apis.ts';
export { removeApis } from './remove-all.ts';
export { findApiByIdentifier, getApi, listAllApiApplications, listApiApplications, listApis, listApisOfApplication } from './store.ts';
