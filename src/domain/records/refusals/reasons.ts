/** Why OpenID Connect and OAuth refuse something, as the audit calls it: codes of ours, and the protocol's own where they say enough. Each has texts in every language. */
export const oidcReasons = [
  'application-disabled',
  'client-unknown',
  'wrong-secret',
  'secret-ended',
  'too-many-secrets',
  'wrong-client-authentication',
  'wrong-client-assertion',
  'client-keys-unreadable',
  'redirect-not-registered',
  'redirect-differs',
  'pkce-missing',
  'pkce-wrong',
  'code-unknown',
  'refresh-token-unknown',
  'device-code-unknown',
  'grant-unknown',
  'of-other-application',
  'sign-in-over',
  'person-not-admitted',
  'wrong-proof',
  'token-refused',
  'user-code-unknown',
  'user-codes-used-up',
  'invalid_request',
  'invalid_request_object',
  'invalid_scope',
  'invalid_target',
  'insufficient_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'unsupported_response_mode',
  'unmet_authentication_requirements',
  'expired_token',
  // whatever else the protocol has a word for: the details say it
  'protocol-error',
] as const;

export type OidcReason = (typeof oidcReasons)[number];

export const isOidcReason = (text: string): text is OidcReason => oidcReasons.some((one) => one === text);
