export const secret = 'bench-secret-bench-secret-bench-1';
export const redirectUri = 'http://127.0.0.1:9/callback';

/** What people of a bench open, in the file of `apply`. @param grantTypes of the one by OpenID Connect */
export const applications = (...grantTypes: string[]) => [
  {
    code: 'bench',
    name: 'Bench',
    assignedTo: { groups: ['Everyone'] },
    oidc: { client_id: 'bench', client_secret: secret, redirect_uris: [redirectUri], grant_types: grantTypes },
  },
  {
    code: 'saml',
    name: 'SAML',
    assignedTo: { groups: ['Everyone'] },
    saml: { entityId: 'https://sp.example', assertionConsumerServices: [{ url: 'https://sp.example/acs' }], nameIdFormat: 'unspecified' },
  },
];
