import { clientSecret, passwords, type TestServer } from './server.ts';

export const orders = 'https://api.acme.example/orders';
export const stock = 'https://api.acme.example/stock';

const scope = (name: string, en: string, groups: string[], users: string[] = []) => ({
  name,
  texts: { en, es: `${en} (es)` },
  grantedTo: { groups, users },
});

/**
 * Two APIs of company acme: `orders` with signed tokens, `stock` with opaque ones. `payroll` may ask for scopes of both, `survey` (a third party’s) for orders:read and
 * `backend` is both APIs. Everybody is granted orders:read, Finance (jsilva) orders:write and stock:read, nobody orders:admin.
 */
export const twoApis = (redirectUri: string) => ({
  contexts: [
    {
      code: 'acme',
      name: 'Acme S.A.',
      applications: [
        {
          code: 'survey',
          name: 'Survey',
          navigable: true,
          oidc: { client_id: 'survey', client_secret: clientSecret, redirect_uris: [redirectUri], consent_required: true },
        },
        { code: 'backend', name: 'Backend', oidc: { client_id: 'backend', client_secret: clientSecret, grant_types: [] } },
      ],
      apis: [
        {
          identifier: orders,
          name: 'Orders',
          scopesClaim: 'roles',
          accessTokenSeconds: 120,
          scopes: [
            scope('orders:read', 'Read your orders', ['Everyone']),
            scope('orders:write', 'Change your orders', ['Finance']),
            scope('orders:admin', 'Change everybody’s orders', []),
          ],
          applications: [
            { code: 'payroll', scopes: ['orders:read', 'orders:write', 'orders:admin'], ownScopes: ['orders:read'] },
            { code: 'survey', scopes: ['orders:read', 'orders:write'] },
            { code: 'backend', isResourceServer: true },
          ],
        },
        {
          identifier: stock,
          name: 'Stock',
          tokenFormat: 'opaque',
          signingAlg: 'ES256',
          scopes: [scope('stock:read', 'See what is in stock', ['Finance'])],
          applications: [
            { code: 'payroll', scopes: ['stock:read'], ownScopes: ['stock:read'] },
            { code: 'backend', isResourceServer: true },
          ],
        },
      ],
    },
  ],
});

export const ana = { login: 'ana@acme.example', password: passwords.ana };
export const joao = { login: 'jsilva', password: passwords.joao };

export const prepareApis = (server: TestServer) => server.apply(twoApis(server.redirectUri));
