// A test compares them with the specifications and with samlify's, which is loaded only where SAML is used.

/** Identifiers of SAML V2.0 (OASIS, 2005), XML Signature and XML Encryption. */
export const ns = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
  encryption11: 'http://www.w3.org/2009/xmlenc11#',
} as const;

export const binding = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const;
export type Binding = keyof typeof binding;
/** How a service provider takes an answer. */
export const consumerBinding = { post: binding.post, artifact: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact' } as const;
export type ConsumerBinding = keyof typeof consumerBinding;
export const soapBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:SOAP';

export const nameIdFormat = {
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
} as const;
export type NameIdFormat = keyof typeof nameIdFormat;

/** With those that an application may be registered with, though others cannot ask for them (core §8.3.3, §8.3.4). Under the prefix of 2.0 there is no unspecified, but some partners write it so. */
export const everyNameIdFormat = {
  ...nameIdFormat,
  unspecified20: 'urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified',
  windowsDomainQualifiedName: 'urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName',
  x509SubjectName: 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName',
} as const;

export const attributeNameFormat = {
  unspecified: 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified',
  basic: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
  uri: 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
} as const;
export type AttributeNameFormat = keyof typeof attributeNameFormat;

/** Second-level status codes (core §3.2.2.2) that we answer with, and the first level each belongs to. */
export const statusOf = {
  Success: ['Success'],
  AuthnFailed: ['Responder', 'AuthnFailed'],
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
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
} as const;

type Algorithm = { hash: 'sha1' | 'sha256' | 'sha384' | 'sha512'; key: 'rsa' | 'ec'; isPss?: true };

/** What a signature may be made with: the allow-list of both directions. HMAC is not on it. */
export const signatureAlgorithms: Record<string, Algorithm> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { hash: 'sha256', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': { hash: 'sha384', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': { hash: 'sha512', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': { hash: 'sha256', key: 'ec' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384': { hash: 'sha384', key: 'ec' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512': { hash: 'sha512', key: 'ec' },
};

/** RSASSA-PSS with MGF1, everything by one hash and salt as long as it (RFC 9231 §2.3.10). */
const pssAlgorithms: Record<string, Algorithm> = {
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1': { hash: 'sha256', key: 'rsa', isPss: true },
  'http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1': { hash: 'sha384', key: 'rsa', isPss: true },
  'http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1': { hash: 'sha512', key: 'rsa', isPss: true },
};

export const digestAlgorithms: Record<string, Algorithm['hash']> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};

/** What is believed of one partner beside the lists above, because its administrator said so. Which keys it signs with stays the same. */
export type Exceptions = { rsaPss?: boolean; sha1?: boolean; inclusiveC14n?: boolean };

const own = <T>(list: Record<string, T>, uri: string): T | undefined => (Object.hasOwn(list, uri) ? list[uri] : undefined);

/** @returns undefined for what is not accepted */
export const findSignatureAlgorithm = (uri: string, { rsaPss, sha1 }: Exceptions = {}): Algorithm | undefined =>
  own(signatureAlgorithms, uri) ??
  (rsaPss ? own(pssAlgorithms, uri) : undefined) ??
  (sha1 && uri === 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' ? { hash: 'sha1', key: 'rsa' } : undefined);

/** @returns undefined for what is not accepted */
export const findDigestAlgorithm = (uri: string, { sha1 }: Exceptions = {}): Algorithm['hash'] | undefined =>
  own(digestAlgorithms, uri) ?? (sha1 && uri === 'http://www.w3.org/2000/09/xmldsig#sha1' ? 'sha1' : undefined);

/** What we offer an application to choose from. */
export const signingAlgorithms = {
  'rsa-sha256': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'rsa-sha512': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'rsa-pss-sha256': 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  'ecdsa-sha256': 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
} as const;
export type SigningAlgorithm = keyof typeof signingAlgorithms;
