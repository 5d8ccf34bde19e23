// A test compares them with the specifications and with samlify's, which is loaded only where SAML is used.

/** Identifiers of SAML V2.0 (OASIS, 2005), XML Signature and XML Encryption. */
export const ns = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
} as const;

export const binding = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const;
export type Binding = keyof typeof binding;

export const nameIdFormat = {
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
} as const;
export type NameIdFormat = keyof typeof nameIdFormat;

export const attributeNameFormat = {
  unspecified: 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified',
  basic: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
  uri: 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
} as const;
export type AttributeNameFormat = keyof typeof attributeNameFormat;

/** Second-level status codes (core §3.2.2.2) that we answer with, and the first level each belongs to. */
export const statusOf = {
  Success: ['Success'],
  InvalidNameIDPolicy: ['Requester', 'InvalidNameIDPolicy'],
  NoAuthnContext: ['Responder', 'NoAuthnContext'],
  NoPassive: ['Responder', 'NoPassive'],
  PartialLogout: ['Success', 'PartialLogout'],
  RequestDenied: ['Responder', 'RequestDenied'],
  RequestUnsupported: ['Requester', 'RequestUnsupported'],
  UnknownPrincipal: ['Requester', 'UnknownPrincipal'],
  UnsupportedBinding: ['Requester', 'UnsupportedBinding'],
  VersionMismatch: ['VersionMismatch'],
} as const;
export type Status = keyof typeof statusOf;
/** @param code of the first or the second level */
export const statusUri = (code: string): string => `urn:oasis:names:tc:SAML:2.0:status:${code}`;

export const authnContext = {
  passwordProtectedTransport: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  password: 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password',
  unspecified: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
  /** REFEDS MFA profile, and what federations of Microsoft ask for. */
  mfa: 'https://refeds.org/profile/mfa',
  microsoftMfa: 'http://schemas.microsoft.com/claims/multipleauthn',
} as const;

export const c14n = {
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
} as const;

/** What a signature may be made with: the allow-list of both directions. SHA-1 and HMAC are not on it. */
export const signatureAlgorithms: Record<string, { hash: 'sha256' | 'sha384' | 'sha512'; key: 'rsa' | 'ec' }> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { hash: 'sha256', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': { hash: 'sha384', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': { hash: 'sha512', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': { hash: 'sha256', key: 'ec' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384': { hash: 'sha384', key: 'ec' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512': { hash: 'sha512', key: 'ec' },
};

export const digestAlgorithms: Record<string, 'sha256' | 'sha384' | 'sha512'> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};

/** What we offer an application to choose from. */
export const signingAlgorithms = {
  'rsa-sha256': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'rsa-sha512': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'ecdsa-sha256': 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
} as const;
export type SigningAlgorithm = keyof typeof signingAlgorithms;
