// Owns: SAML 2.0 toward service providers: metadata, sign-ins that they or we begin, Single Logout; per context.
// Does not: read or write octets (platform/saml), sign people in (it opens a pending request for web/sign-in), decide access (domain/access).
export { samlRoutes } from './routes.ts';
export { SamlDirectory } from './saml-directory.ts';
