import type { Configuration } from 'oidc-provider';
import type { Branding } from '../../domain/company/branding/index.ts';
import { locales } from '../../platform/i18n/index.ts';

/** How clients prove themselves (OpenID Connect Core §9), and what assertions of theirs may be signed by. */
export const clientAuthMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;
export const clientAuthSigningAlgValues = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'] as const;

/** OpenID Connect Core §3.1.2.1. */
const prompts = ['none', 'login', 'consent', 'select_account'];

/**
 * What the discovery document says besides what the library knows to say (OpenID Connect Discovery §3, RFC 8414 §2, Initiating User Registration §4.1).
 * @param links of the company, '' for none
 */
export const discoveryOf = ({ mayRegister, links }: { mayRegister: boolean; links: Branding['links'] }): Configuration['discovery'] => ({
  ui_locales_supported: [...locales],
  prompt_values_supported: [...prompts, ...(mayRegister ? ['create'] : [])],
  request_parameter_supported: false,
  // others' tokens are for those who prove who they are
  introspection_endpoint_auth_methods_supported: clientAuthMethods.filter((method) => method !== 'none'),
  introspection_endpoint_auth_signing_alg_values_supported: [...clientAuthSigningAlgValues],
  revocation_endpoint_auth_methods_supported: [...clientAuthMethods],
  revocation_endpoint_auth_signing_alg_values_supported: [...clientAuthSigningAlgValues],
  op_policy_uri: links.privacy || undefined,
  op_tos_uri: links.terms || undefined,
});
