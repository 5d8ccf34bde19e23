/** A product that signs people in by OpenID Connect: what to pre-fill here, and under which names it asks for our values. */
export type OidcEntry = {
  id: string;
  name: string;
  category: string;
  protocol: 'oidc';
  /** {host} is replaced by what the administrator types. */
  redirectUri: string;
  postLogoutRedirectUri?: string;
  launchUrl: string;
  initiateLoginUri?: string;
  backchannelLogoutUri?: string;
  grantTypes: string[];
  /** Where our value goes there: our value → the product's own name for it. */
  theirNames: Partial<
    Record<
      | 'issuer'
      | 'discovery'
      | 'client_id'
      | 'client_secret'
      | 'authorization_endpoint'
      | 'token_endpoint'
      | 'userinfo_endpoint'
      | 'end_session_endpoint'
      | 'jwks_uri'
      | 'scopes',
      string
    >
  >;
};

const code = ['authorization_code'];
const codeAndRefresh = ['authorization_code', 'refresh_token'];

export const oidcEntries: OidcEntry[] = [
  {
    id: 'openid-connect',
    name: 'OpenID Connect',
    category: '',
    protocol: 'oidc',
    redirectUri: 'https://{host}/callback',
    launchUrl: 'https://{host}/',
    grantTypes: codeAndRefresh,
    theirNames: {},
  },
  {
    id: 'apache',
    name: 'Apache (mod_auth_openidc)',
    category: 'Infrastructure',
    protocol: 'oidc',
    redirectUri: 'https://{host}/protected/redirect_uri',
    postLogoutRedirectUri: 'https://{host}/',
    launchUrl: 'https://{host}/protected/',
    backchannelLogoutUri: 'https://{host}/protected/redirect_uri?logout=backchannel',
    grantTypes: codeAndRefresh,
    theirNames: { discovery: 'OIDCProviderMetadataURL', client_id: 'OIDCClientID', client_secret: 'OIDCClientSecret', scopes: 'OIDCScope' },
  },
  {
    id: 'grafana',
    name: 'Grafana',
    category: 'Analytics',
    protocol: 'oidc',
    redirectUri: 'https://{host}/login/generic_oauth',
    postLogoutRedirectUri: 'https://{host}/login',
    launchUrl: 'https://{host}/login/generic_oauth',
    grantTypes: codeAndRefresh,
    theirNames: {
      client_id: 'client_id',
      client_secret: 'client_secret',
      authorization_endpoint: 'auth_url',
      token_endpoint: 'token_url',
      userinfo_endpoint: 'api_url',
      scopes: 'scopes',
      end_session_endpoint: 'signout_redirect_url',
    },
  },
  {
    id: 'gitlab',
    name: 'GitLab',
    category: 'Development',
    protocol: 'oidc',
    redirectUri: 'https://{host}/users/auth/openid_connect/callback',
    launchUrl: 'https://{host}/',
    grantTypes: code,
    theirNames: { issuer: 'issuer', client_id: 'client_options.identifier', client_secret: 'client_options.secret', scopes: 'scope' },
  },
  {
    id: 'nextcloud',
    name: 'Nextcloud',
    category: 'Collaboration',
    protocol: 'oidc',
    redirectUri: 'https://{host}/apps/user_oidc/code',
    launchUrl: 'https://{host}/apps/user_oidc/login/1',
    backchannelLogoutUri: 'https://{host}/apps/user_oidc/backchannel-logout/portaria',
    grantTypes: code,
    theirNames: { discovery: 'Discovery endpoint', client_id: 'Client ID', client_secret: 'Client secret', scopes: 'Scope' },
  },
  {
    id: 'spring-boot',
    name: 'Spring Boot',
    category: 'Development',
    protocol: 'oidc',
    redirectUri: 'https://{host}/login/oauth2/code/portaria',
    postLogoutRedirectUri: 'https://{host}/',
    launchUrl: 'https://{host}/oauth2/authorization/portaria',
    backchannelLogoutUri: 'https://{host}/logout/connect/back-channel/portaria',
    grantTypes: codeAndRefresh,
    theirNames: {
      issuer: 'provider.portaria.issuer-uri',
      client_id: 'registration.portaria.client-id',
      client_secret: 'registration.portaria.client-secret',
      scopes: 'registration.portaria.scope',
    },
  },
];
