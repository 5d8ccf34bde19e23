import type { AttributeNameFormat } from '../../../../platform/saml/index.ts';
import type { SamlInput } from '../saml-settings.ts';

/** What the vendor gave the company, and the administrator is asked for. Each fills a word in braces of the entry's addresses. */
export type Asked =
  /** Where the company's own installation is: `{address}`, without a slash at its end. What stands behind the host is kept only where installations have one. */
  | { kind: 'address'; keepsPath?: true }
  /** The company's part before the vendor's domain: `{subdomain}`. `deep`: it may have dots. */
  | { kind: 'subdomain'; of: string; deep?: true }
  /** The company's own domain: `{domain}`. */
  | { kind: 'domain' }
  /** What only the vendor's page says, under the vendor's own word: `{name}`. */
  | { kind: 'value'; name: string; term: string; sample: string; pattern: RegExp }
  /** The vendor describes its side in a file of SAML metadata. */
  | { kind: 'metadata' };

export const categories = [
  'Analytics',
  'Collaboration',
  'Communication',
  'Development',
  'Infrastructure',
  'Learning',
  'Sales',
  'Security',
  'Support',
] as const;
export type Category = (typeof categories)[number];

type Common = {
  id: string;
  name: string;
  /** The generic entries have none. */
  category: Category | '';
  asks: Asked[];
  /** The vendor's page that the values come from. */
  source?: string;
  launchUrl?: string;
};

/** `provider_name`: what the administrator calls us there, which stands in the addresses: `portaria`. */
type OidcValue =
  | 'provider_name'
  | 'issuer'
  | 'discovery'
  | 'client_id'
  | 'client_secret'
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'userinfo_endpoint'
  | 'end_session_endpoint'
  | 'jwks_uri'
  | 'scopes';

/** Our values that a service provider asks for. `partner_entity_id`: what it has to call itself. */
type SamlValue =
  | 'partner_entity_id'
  | 'entity_id'
  | 'sso_url'
  | 'slo_url'
  | 'metadata_url'
  | 'certificate'
  | 'fingerprint'
  | 'launch_url'
  | 'context_url'
  | 'configuration_token';

/** A product that signs people in by OpenID Connect. `theirNames`: our value → the product's own name for it. */
type OidcEntry = Common & {
  protocol: 'oidc';
  redirectUri: string;
  postLogoutRedirectUri?: string;
  backchannelLogoutUri?: string;
  grantTypes?: ['authorization_code', 'refresh_token'];
  /** Between the scopes in the product's own form; a space without one. */
  scopeSeparator?: ',';
  theirNames: Partial<Record<OidcValue, string>>;
};

/** A product that signs people in by SAML. Without an address it says its own, by metadata. */
type SamlEntry = Common & {
  protocol: 'saml';
  entityId?: string;
  acsUrl?: string;
  sloUrl?: string;
  settings: Partial<SamlInput>;
  theirNames: Partial<Record<SamlValue, string>>;
};

export type CatalogueEntry = OidcEntry | SamlEntry;

type Field = 'email' | 'firstName' | 'lastName' | 'fullName' | 'login' | 'userId' | 'groupNames';

/** Name of the attribute → what of the person it says. @param nameFormat the one of the schema, if left out */
export const named = (names: Record<string, Field>, nameFormat?: AttributeNameFormat): SamlInput['attributes'] =>
  Object.entries(names).map(([name, from]) => ({ name, from, nameFormat }));

export const byEmail = { nameIdFormat: 'emailAddress' } as const;
