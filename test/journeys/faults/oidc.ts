import { deleteApplication } from '../../../src/domain/applications/applications/index.ts';
import type { ApplicationId } from '../../../src/domain/scope.ts';
import { applicationPage, basic, type Fault, Jar, password, personPage, token, type World } from '../../support/faults.ts';
import { authorize, exchange } from '../../support/oidc.ts';

const login = 'plain@acme.example';
const secretOf = (client: string) => `${client}-secret-that-is-long-enough`;
const open = (world: World, extra: Record<string, string | undefined>) => new Jar().get(world.authorize(extra));

async function codeOf(world: World, client: string) {
  world.secrets.add(secretOf(client));
  const made = await authorize(world.server, await world.browserOf(login), { client_id: client, scope: 'openid' });
  world.secrets.add(made.code!).add(made.verifier);
  return { code: made.code!, verifier: made.verifier };
}

const redeem = (world: World, client: string, given: { code: string; verifier: string }, more: object = {}) =>
  exchange(world.server, given.code, given.verifier, { client, secret: secretOf(client), ...more });

/** What OpenID Connect refuses: by a page with a code, or to the application, whose page an administrator opens. */
export const oidcFaults: Fault[] = [
  {
    fault: 'an application that is not assigned',
    cause: async (world) => (await world.browserOf(login)).follow(world.authorize({ client_id: 'closed' })),
    named: /application not assigned|not assigned to the person/,
  },
  { fault: 'an application that is switched off', cause: (world) => open(world, { client_id: 'off' }), named: /application is disabled/ },
  {
    fault: 'an application that was deleted',
    async cause(world) {
      const { applicationId } = { applicationId: await world.applicationId('six') };
      await deleteApplication(world.scope, applicationId);
      return open(world, { client_id: 'six' });
    },
    named: /no application has this client ID/,
  },
  { fault: 'an unknown client', cause: (world) => open(world, { client_id: 'nobody' }), named: /no application has this client ID/ },
  {
    fault: 'a redirect address that is not registered',
    cause: (world) => open(world, { client_id: 'one', redirect_uri: 'https://elsewhere.example/cb' }),
    named: /redirect URI is not registered.*elsewhere\.example/,
  },
  {
    fault: 'a scope that is not allowed',
    cause: (world) =>
      open(world, { client_id: 'one', scope: 'openid everything' }).then(() =>
        open(world, { client_id: 'one', scope: 'nothing', nonce: undefined }),
      ),
    start: applicationPage('one'),
    named: /scope is unknown or not allowed/,
  },
  {
    fault: 'a response type that is not offered',
    cause: (world) => open(world, { client_id: 'one', response_type: 'token' }),
    start: applicationPage('one'),
    named: /response_type is not supported/,
  },
  {
    fault: 'a public client without PKCE',
    cause: (world) => open(world, { client_id: 'mobile', code_challenge: undefined, code_challenge_method: undefined }),
    start: applicationPage('mobile'),
    named: /no PKCE/,
  },
  {
    fault: 'a wrong client secret',
    cause: (world) => token(world.server.issuer, { grant_type: 'client_credentials' }, basic('two', 'not the secret of it')),
    start: applicationPage('two'),
    named: /wrong client secret/,
  },
  {
    fault: 'a client secret that has ended',
    cause: (world) =>
      token(
        world.server.issuer,
        { grant_type: 'authorization_code', code: 'x', redirect_uri: world.server.redirectUri },
        basic('ending', secretOf('ending')),
      ),
    start: applicationPage('ending'),
    named: /client secret has expired/,
  },
  {
    fault: 'a client that authenticates in another way',
    cause: (world) =>
      token(world.server.issuer, { grant_type: 'refresh_token', refresh_token: 'x' }, basic('mobile', 'a secret of nobody')),
    start: applicationPage('mobile'),
    named: /authenticates with a different method/,
  },
  {
    fault: 'a wrong verifier of PKCE',
    cause: async (world) => redeem(world, 'two', { ...(await codeOf(world, 'two')), verifier: 'x'.repeat(43) }),
    start: applicationPage('two'),
    named: /does not match the code \(PKCE\)/,
  },
  {
    fault: 'a code that was used twice',
    async cause(world) {
      const given = await codeOf(world, 'three');
      for (let n = 0; n < 2; n++) world.secrets.add(JSON.stringify((await redeem(world, 'three', given)).body).slice(20, 60));
    },
    start: personPage(login),
    named: /authorization code/i,
  },
  {
    fault: 'another redirect address at the exchange',
    cause: async (world) => redeem(world, 'three', await codeOf(world, 'three'), { redirectUri: 'http://127.0.0.1:9/other' }),
    start: applicationPage('three'),
    named: /a different redirect URI/,
  },
  {
    fault: 'a code of another application',
    cause: async (world) => redeem(world, 'four', await codeOf(world, 'three')),
    start: applicationPage('four'),
    named: /belongs to another application/,
  },
  {
    fault: 'a code that there is not',
    cause: (world) => redeem(world, 'four', { code: 'none', verifier: 'x'.repeat(43) }),
    start: applicationPage('four'),
    named: /code is unknown or older/,
  },
  {
    fault: 'a refresh token that there is not',
    cause: (world) =>
      token(
        world.server.issuer,
        { grant_type: 'refresh_token', refresh_token: 'none' },
        basic('payroll', 'payroll-secret-payroll-secret-1'),
      ),
    start: applicationPage('payroll'),
    named: /refresh token is unknown/,
  },
  {
    fault: 'a grant that the application may not use',
    cause: (world) => token(world.server.issuer, { grant_type: 'client_credentials' }, basic('five', secretOf('five'))),
    start: applicationPage('five'),
    named: /not allowed to use this grant/,
  },
  {
    fault: 'a grant type that is not offered',
    cause: (world) => token(world.server.issuer, { grant_type: 'password', username: 'x', password: 'y' }, basic('five', secretOf('five'))),
    start: applicationPage('five'),
    named: /grant type is not supported/,
  },
  {
    fault: 'not assigned, and no page to be shown',
    async cause(world) {
      const jar = new Jar();
      await world.signIn('silent@acme.example', password, jar);
      await jar.follow(world.authorize({ client_id: 'closed', prompt: 'none' }), {}, (url) => url.startsWith(world.server.redirectUri));
    },
    start: personPage('silent@acme.example'),
    named: /not assigned/,
  },
  {
    fault: 'taken away between the code and its exchange',
    async cause(world) {
      const given = await codeOf(world, 'lent');
      await world.scope
        .db('application_users')
        .where({ application_id: (await world.applicationId('lent')) as ApplicationId })
        .delete();
      await redeem(world, 'lent', given);
    },
    start: applicationPage('lent'),
    named: /can no longer open the application/,
  },
];
