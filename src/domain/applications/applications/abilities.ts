import type { OidcSettings } from './oidc-settings.ts';

/** A setting, and for lists and choices the value, that makes an ability work. */
export type Change =
  | 'grant_authorization_code'
  | 'grant_refresh_token'
  | 'grant_client_credentials'
  | 'grant_device_code'
  | 'secret'
  | 'private_key_jwt'
  | 'rs256'
  | 'par'
  | 'dpop'
  | 'post_logout_redirect_uris'
  | 'backchannel_logout_uri'
  | 'initiate_login_uri';

/** Whether the settings are so already. */
const isMade: Record<Change, (settings: OidcSettings) => boolean> = {
  grant_authorization_code: ({ grant_types }) => grant_types.includes('authorization_code'),
  grant_refresh_token: ({ grant_types }) => grant_types.includes('refresh_token'),
  grant_client_credentials: ({ grant_types }) => grant_types.includes('client_credentials'),
  grant_device_code: ({ grant_types }) => grant_types.includes('urn:ietf:params:oauth:grant-type:device_code'),
  secret: ({ token_endpoint_auth_method: method }) => method !== 'none',
  private_key_jwt: ({ token_endpoint_auth_method: method }) => method === 'private_key_jwt',
  rs256: ({ id_token_signed_response_alg: alg }) => alg === 'RS256',
  par: ({ require_pushed_authorization_requests: isRequired }) => isRequired,
  dpop: ({ dpop_bound_access_tokens: isRequired }) => isRequired,
  post_logout_redirect_uris: (settings) => settings.post_logout_redirect_uris.length > 0,
  backchannel_logout_uri: (settings) => settings.backchannel_logout_uri !== undefined,
  initiate_login_uri: (settings) => settings.initiate_login_uri !== undefined,
};

const code: Change = 'grant_authorization_code';

/** What each plan of `npm run conformance` needs of an application. */
const plans = {
  basic: [code, 'secret', 'rs256'],
  form_post: [code, 'secret', 'rs256'],
  rp_initiated_logout: [code, 'post_logout_redirect_uris'],
  back_channel_logout: [code, 'backchannel_logout_uri'],
} satisfies Record<string, Change[]>;

/** What each part of the protocols needs. `never`: Portaria does not speak it. */
const features = {
  code: [code],
  implicit: 'never',
  response_mode_form_post: [code],
  pkce: [code],
  rs256: ['rs256'],
  refresh: ['grant_refresh_token'],
  client_credentials: ['secret', 'grant_client_credentials'],
  device: ['grant_device_code'],
  private_key_jwt: ['private_key_jwt'],
  par: [code],
  par_only: [code, 'par'],
  dpop: [],
  dpop_only: ['dpop'],
  request_object: 'never',
  introspection: ['secret'],
  sign_out: [code, 'post_logout_redirect_uris'],
  told_of_sign_out: [code, 'backchannel_logout_uri'],
  started_elsewhere: [code, 'initiate_login_uri'],
} satisfies Record<string, Change[] | 'never'>;

export const abilityNames = { plans: Object.keys(plans), features: Object.keys(features) };

/** `changes`: what is missing, or `never`; with none it works. */
export type Ability = { name: string; changes: Change[] | 'never' };

/** What the present settings of an application allow its developer, and what would change it. */
export function abilitiesOf(settings: OidcSettings): { plans: Ability[]; features: Ability[] } {
  const look = (needs: Record<string, Change[] | 'never'>): Ability[] =>
    Object.entries(needs).map(([name, wanted]) => ({
      name,
      changes: wanted === 'never' ? wanted : wanted.filter((change) => !isMade[change](settings)),
    }));
  return { plans: look(plans), features: look(features) };
}
