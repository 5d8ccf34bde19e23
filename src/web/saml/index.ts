// Owns: SAML 2.0 toward service providers: metadata, sign-ins that they or we begin, Single Logout; per company, which is a SamlContext.
// Does not: read or write octets (platform/saml), sign people in (it opens a pending request for web/sign-in), decide access (domain/applications/access).
//
// sign-in  AuthnRequest at /saml/sso ─> receive: the gate ──refused──> page with a support code; the audit has the rule
//            │ sign-on: a registered consumer, what is asked is possible ──no──> answer: Response with an error status
//            │ posted? then kept, and 303 to /saml/request/:request, since a form of another site brings no cookies
//          goOn: next step of the person ──not done──> /sign-in/…, which leads back to /saml/request/:request
//   launch ─>│ access decides ──no──> page "no access", or Response with RequestDenied
//          answer: each request once ─> join the session ─> Response, signed ─> send: a form posts it to the consumer
//            │ or by artifact: kept for a minute, and the browser carries a reference ─> artifact: fetched once, by SOAP, at /saml/artifact
//
// logout   LogoutRequest at /saml/slo ─> receive: the gate ─> logout: whose sessions, by name and index, never by the cookie
//            │ those sessions end; no other application was told of them ──> LogoutResponse
//          /saml/logout/:logout, also from a sign-out of ours: LogoutRequest to the next application, by the browser
//            │ its LogoutResponse at /saml/slo is noted, and /saml/logout/:logout again, until each was asked
//          its own SOAP address instead, if it has no page; and a job, where nobody's browser is there: soap-logout
//          end ─> LogoutResponse to who began, Success or PartialLogout; or the page "signed out", or an address
export { samlRoutes } from './routes.ts';
export { SamlDirectory } from './saml-directory.ts';
export { createSoapLogout } from './soap-logout.ts';
