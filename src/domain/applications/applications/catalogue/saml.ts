import type { SamlInput } from '../saml-settings.ts';

/** Our values that a service provider asks for. */
export type SamlValue = 'entity_id' | 'sso_url' | 'slo_url' | 'metadata_url' | 'certificate' | 'fingerprint' | 'launch_url' | 'context_url';

/** A product that signs people in by SAML: what to pre-fill here, and under which names it asks for our values. */
export type SamlEntry = {
  id: string;
  name: string;
  category: string;
  protocol: 'saml';
  /** {host} is replaced by what the administrator types. Without an address the product gives its own: as metadata, or on its page. */
  entityId?: string;
  acsUrl?: string;
  sloUrl?: string;
  settings: Partial<SamlInput>;
  theirNames: Partial<Record<SamlValue, string>>;
};

const email = { nameIdFormat: 'emailAddress' } as const;
const named = (names: Record<string, 'email' | 'firstName' | 'lastName' | 'fullName' | 'login' | 'groupNames'>): SamlInput['attributes'] =>
  Object.entries(names).map(([name, from]) => ({ name, from }));

export const samlEntries: SamlEntry[] = [
  { id: 'saml', name: 'SAML 2.0', category: '', protocol: 'saml', settings: email, theirNames: {} },
  {
    id: 'fluig',
    name: 'Fluig Platform',
    category: 'Collaboration',
    protocol: 'saml',
    settings: {
      ...email,
      requireSignedRequests: false,
      attributes: named({ email: 'email', firstName: 'firstName', lastName: 'lastName' }),
    },
    theirNames: { context_url: 'URL do Identity' },
  },
  {
    id: 'zendesk',
    name: 'Zendesk',
    category: 'Support',
    protocol: 'saml',
    entityId: 'https://{host}',
    acsUrl: 'https://{host}/access/saml',
    settings: { ...email, attributes: named({ name: 'fullName', email: 'email' }) },
    theirNames: { sso_url: 'SAML SSO URL', fingerprint: 'Certificate fingerprint', slo_url: 'Remote logout URL' },
  },
  {
    id: 'google-workspace',
    name: 'Google Workspace',
    category: 'Collaboration',
    protocol: 'saml',
    entityId: 'google.com/a/{host}',
    acsUrl: 'https://www.google.com/a/{host}/acs',
    settings: email,
    theirNames: {
      entity_id: 'IDP entity ID',
      sso_url: 'Sign-in page URL',
      slo_url: 'Sign-out page URL',
      certificate: 'Verification certificate',
    },
  },
  {
    id: 'salesforce',
    name: 'Salesforce',
    category: 'Sales',
    protocol: 'saml',
    entityId: 'https://{host}',
    acsUrl: 'https://{host}',
    settings: { ...email, nameIdFormat: 'unspecified', nameIdField: 'email' },
    theirNames: {
      entity_id: 'Issuer',
      sso_url: 'Identity Provider Login URL',
      slo_url: 'Identity Provider Single Logout URL',
      certificate: 'Identity Provider Certificate',
    },
  },
  {
    id: 'microsoft-365',
    name: 'Microsoft 365',
    category: 'Collaboration',
    protocol: 'saml',
    entityId: 'urn:federation:MicrosoftOnline',
    acsUrl: 'https://login.microsoftonline.com/login.srf',
    settings: {
      // Microsoft finds the person by the ImmutableID of its own directory, which must hold this same value
      nameIdFormat: 'persistent',
      nameIdField: 'userId',
      attributes: named({ IDPEmail: 'email' }),
    },
    theirNames: { entity_id: 'IssuerUri', sso_url: 'PassiveLogOnUri', slo_url: 'LogOffUri', certificate: 'SigningCertificate' },
  },
  {
    id: 'aws-iam-identity-center',
    name: 'AWS IAM Identity Center',
    category: 'Infrastructure',
    protocol: 'saml',
    settings: email,
    theirNames: {
      metadata_url: 'IdP SAML metadata',
      entity_id: 'IdP issuer URL',
      sso_url: 'IdP sign-in URL',
      certificate: 'IdP certificate',
    },
  },
  {
    id: 'grafana-saml',
    name: 'Grafana Enterprise (SAML)',
    category: 'Analytics',
    protocol: 'saml',
    entityId: 'https://{host}/saml/metadata',
    acsUrl: 'https://{host}/saml/acs',
    sloUrl: 'https://{host}/saml/slo',
    settings: { ...email, attributes: named({ displayName: 'fullName', mail: 'email', login: 'login', groups: 'groupNames' }) },
    theirNames: { metadata_url: 'idp_metadata_url' },
  },
  {
    id: 'gitlab-saml',
    name: 'GitLab (SAML)',
    category: 'Development',
    protocol: 'saml',
    entityId: 'https://{host}',
    acsUrl: 'https://{host}/users/auth/saml/callback',
    settings: {
      nameIdFormat: 'persistent',
      attributes: named({ email: 'email', first_name: 'firstName', last_name: 'lastName', Groups: 'groupNames' }),
    },
    theirNames: { sso_url: 'idp_sso_target_url', certificate: 'idp_cert', entity_id: 'idp_entity_id' },
  },
  {
    id: 'nextcloud-saml',
    name: 'Nextcloud (SAML)',
    category: 'Collaboration',
    protocol: 'saml',
    entityId: 'https://{host}/apps/user_saml/saml/metadata',
    acsUrl: 'https://{host}/apps/user_saml/saml/acs',
    sloUrl: 'https://{host}/apps/user_saml/saml/sls',
    settings: {
      nameIdFormat: 'unspecified',
      nameIdField: 'login',
      attributes: named({ uid: 'login', displayName: 'fullName', email: 'email', groups: 'groupNames' }),
    },
    theirNames: {
      entity_id: 'Identifier of the IdP entity',
      sso_url: 'URL Target of the IdP where the SP will send the Authentication Request Message',
      slo_url: 'URL Location of the IdP where the SP will send the SLO Request',
      certificate: 'Public X.509 certificate of the IdP',
    },
  },
];
