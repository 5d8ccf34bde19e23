import { byEmail, type CatalogueEntry } from './entry.ts';

/** Whatever speaks the protocol: the administrator fills in the whole form. */
export const genericEntries: CatalogueEntry[] = [
  {
    id: 'openid-connect',
    name: 'OpenID Connect',
    category: '',
    protocol: 'oidc',
    asks: [],
    redirectUri: '',
    grantTypes: ['authorization_code', 'refresh_token'],
    theirNames: {},
  },
  { id: 'saml', name: 'SAML 2.0', category: '', protocol: 'saml', asks: [], settings: byEmail, theirNames: {} },
];
