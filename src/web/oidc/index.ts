// Owns: OpenID Connect and OAuth 2.0 toward relying parties: the provider of each context, its store, its pages, back-channel logout.
// Does not: sign people in (it opens a pending request for web/sign-in), decide access (domain/access) or keep applications.
export { createBackChannelLogout } from './back-channel-logout.ts';
export { createOidcEndpoint } from './endpoint.ts';
export { interactionRoutes } from './interaction-routes.ts';
export { ProviderDirectory } from './provider-directory.ts';
