// Owns: OpenID Connect and OAuth 2.0 toward relying parties: the provider of each context, its store, its pages, back-channel logout.
// Does not: sign people in (it opens a pending request for web/sign-in), decide access (domain/applications/access) or keep applications.
//
//   application → browser → /oidc/authorize              endpoint: the ContextProvider of the company, from provider-directory
//     middlewares → oidc-provider                        library/session-get: its session is ours, or nobody's
//       interaction-policy: who is it, may they, do they agree?
//         all is well → load-grant → code → application  (middlewares/join-session: told when the session ends)
//         otherwise → /oidc/interaction/:uid             interaction-routes; to sign in, inside of the same request (waiting-request)
//           login   → nextStepOf → /sign-in/:request     web/sign-in: password, factors, terms; a session; back to the interaction
//           select_account → the person goes on, or another signs in
//           access  → refusal with a support code
//           consent → a third party's application: the person answers
//           → back to /oidc/authorize/:uid               the policy is asked again, whatever the interaction says; then a page leads on to the application
//   application → /oidc/token                            code, secret, PKCE → account: access once more, claims → tokens
//     middlewares/settle: the code is used up and the tokens are kept, both or neither
//   session ends, wherever → job → back-channel-logout → application
export { createBackChannelLogout } from './back-channel-logout.ts';
export { createOidcEndpoint } from './endpoint.ts';
export { endpointAt, endpoints, isForPeople } from './endpoints.ts';
export { interactionRoutes } from './interaction-routes.ts';
export { protectedResourceRoutes } from './protected-resource.ts';
export { ProviderDirectory } from './provider-directory.ts';
export { cookiesOfWaiting } from './waiting-request.ts';
