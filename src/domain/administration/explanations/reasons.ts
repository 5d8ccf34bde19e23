/** Why a step refuses, or may go wrong. Each has a text in every language, and a test goes through all of them. */
export const explainReasons = [
  'application-unknown',
  'application-disabled',
  // how the application is set up
  'no-protocol',
  'no-sign-in-grant',
  'no-redirect-uri',
  'secret-ended',
  'address-not-open',
  'no-signing-certificate',
  'signing-certificate-ended',
  'partner-certificate-ended',
  // who it is
  'person-unknown',
  'login-not-taken',
  'entry-waiting',
  'entry-rejected',
  'invited',
  'blocked',
  'deactivated',
  'planned-deactivation',
  'directory-deactivation',
  'deletion',
  'attempts-used-up',
  // what is proven
  'no-password',
  'directory-unavailable',
  'directory-not-configured',
  'directory-not-asked',
  'directory-account-disabled',
  'kept-out-network',
  'kept-out-hours',
  'kept-out-no-factor',
  // what may be opened
  'not-assigned',
  // what is told
  'name-format',
  'name-encrypted',
  'name-qualifier',
  'name-no-email',
  'name-no-value',
] as const;

export type ExplainReason = (typeof explainReasons)[number];
