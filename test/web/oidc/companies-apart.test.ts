import { expect } from 'chai';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Jar, send } from '../../support/jar.ts';
import { authorizationUrl, basic, json, token } from '../../support/oidc.ts';
import { fillSignIn, startTestServer, type TestServer } from '../../support/server.ts';

const codes = ['left', 'right'] as const;
const secret = 'the-same-secret-in-both-companies';
const password = 'the same password in both companies';
const redirectUri = 'http://127.0.0.1:9/callback';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const api = 'urn:the-same:api';
const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'theirs' };

/** Whatever can be the same is: only the company tells one from the other. */
const company = (code: string) => ({
  code,
  name: 'The same name',
  users: [{ username: 'eva', firstName: 'Eva', lastName: 'Same', password }],
  applications: [
    {
      code: 'web',
      name: 'Web',
      navigable: true,
      oidc: {
        client_id: 'web',
        client_secret: secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        subject_type: 'pairwise',
      },
    },
    {
      code: 'mobile',
      name: 'Mobile',
      navigable: true,
      oidc: { client_id: 'mobile', token_endpoint_auth_method: 'none', redirect_uris: [redirectUri], grant_types: [deviceGrant] },
    },
    {
      code: 'signer',
      name: 'Signer',
      oidc: {
        client_id: 'signer',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [jwk] },
        redirect_uris: [redirectUri],
        grant_types: ['client_credentials'],
      },
    },
  ],
  apis: [
    {
      identifier: api,
      name: 'API',
      tokenFormat: 'jwt',
      scopes: [{ name: 'same:read', texts: { en: 'Read' } }],
      applications: ['web', 'signer'].map((one) => ({ code: one, ownScopes: ['same:read'], isResourceServer: true })),
    },
  ],
});

type Company = { code: string; issuer: string; jar: Jar; idToken: string; sub: string };
type Code = { code: string; verifier: string };
/** `make` an artefact of one company, and `use` it `at` the same or the other. @returns whether it was taken */
type Kind<Artefact> = { make(of: Company): Promise<Artefact>; use(at: Company, artefact: Artefact): Promise<boolean> };
const kind = <Artefact>(one: Kind<Artefact>): Kind<unknown> => one as Kind<unknown>;

describe('web/oidc: one provider serves all companies, and each has a wall around it', function () {
  this.timeout(120_000);
  let server: TestServer;
  let companies: Company[];
  before(async () => {
    server = await startTestServer();
    await server.apply({ contexts: codes.map(company) });
    companies = await Promise.all(codes.map(signIn));
  });
  after(() => server.close());

  async function signIn(code: string): Promise<Company> {
    const issuer = `${server.baseUrl}/${code}`;
    const jar = new Jar();
    await fillSignIn(jar, await jar.follow(`${issuer}/launchpad`), 'eva', password);
    const here = { code, issuer, jar, idToken: '', sub: '' };
    const idToken = (await tokensOf(here)).id_token!;
    return { ...here, idToken, sub: decodeJwt(idToken).sub! };
  }

  const isOut = (url: string) => url.startsWith(redirectUri);
  async function codeOf({ issuer, jar }: Company, extra: Record<string, string> = {}): Promise<Code> {
    const { url, verifier } = authorizationUrl({ issuer, redirectUri }, { client_id: 'web', scope: 'openid', ...extra });
    const { location } = await jar.follow(url, {}, isOut);
    return { code: new URL(location!).searchParams.get('code')!, verifier };
  }
  const redeem = ({ issuer }: Company, { code, verifier }: Code, headers: Record<string, string> = {}) =>
    token(
      issuer,
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
      { ...basic('web', secret), ...headers },
    );
  const tokensOf = async (at: Company) => (await redeem(at, await codeOf(at))).body as Record<string, string>;
  const asClient = async ({ issuer }: Company, path: string, form: Record<string, string>) =>
    send(`${issuer}/oidc/${path}`, { form, headers: basic('web', secret) });
  const isActive = async (at: Company, value: string) => json(await asClient(at, 'introspect', { token: value })).active === true;
  const userinfo = async ({ issuer }: Company, access: string) =>
    (await send(`${issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${access}` } })).status === 200;
  const ownToken = async ({ issuer }: Company) =>
    (await token(issuer, { grant_type: 'client_credentials', resource: api, scope: 'same:read' }, basic('web', secret))).body.access_token;
  /** The cookies of a browser as another company's pages would name them. */
  const cookiesAt = ({ code }: Company, { jar, from }: { jar: Jar; from: string }) =>
    [...jar.cookies.values()]
      .flatMap((kept) => [...kept])
      .map(([name, value]) => `${name.split(';')[0]!.replace(new RegExp(`_${from}(?=\\.sig$|$)`), `_${code}`)}=${value}`)
      .join('; ');
  const pushed = async ({ issuer }: Company) => {
    const { url } = authorizationUrl({ issuer, redirectUri }, { client_id: 'web', scope: 'openid' });
    return json(await asClient({ issuer } as Company, 'par', Object.fromEntries(new URL(url).searchParams))).request_uri as string;
  };
  const assertion = ({ issuer }: Company) =>
    new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'theirs' })
      .setIssuer('signer')
      .setSubject('signer')
      .setAudience(issuer)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
  const proof = async ({ issuer }: Company, nonce?: string) =>
    new SignJWT({ htm: 'POST', htu: `${issuer}/oidc/token`, jti: crypto.randomUUID(), ...(nonce ? { nonce } : {}) })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y } as never })
      .setIssuedAt()
      .sign(privateKey);
  const deviceCode = async ({ issuer }: Company) =>
    json(await send(`${issuer}/oidc/device/authorize`, { form: { client_id: 'mobile', scope: 'openid' } }));

  const kinds: Record<string, Kind<unknown>> = {
    'a code at the token endpoint': kind<Code>({
      make: (of) => codeOf(of),
      use: async (at, code) => (await redeem(at, code)).status === 200,
    }),
    'a refresh token': kind({
      make: async (of) => (await tokensOf(of)).refresh_token!,
      use: async ({ issuer }, refresh_token) =>
        (await token(issuer, { grant_type: 'refresh_token', refresh_token }, basic('web', secret))).status === 200,
    }),
    'an access token at userinfo': kind({ make: async (of) => (await tokensOf(of)).access_token!, use: userinfo }),
    'an access token at introspection': kind({ make: async (of) => (await tokensOf(of)).access_token!, use: isActive }),
    'a refresh token at introspection': kind({ make: async (of) => (await tokensOf(of)).refresh_token!, use: isActive }),
    'an access token at revocation': kind({
      // in a session of its own: with the token its grant ends
      make: async (of) => ({ of, access: (await tokensOf(await signIn(of.code))).access_token! }),
      use: async (at, { of, access }) => {
        await asClient(at, 'revoke', { token: access });
        return !(await userinfo(of, access));
      },
    }),
    'a refresh token at revocation': kind({
      make: async (of) => ({ of, refresh: (await tokensOf(await signIn(of.code))).refresh_token! }),
      use: async (at, { of, refresh }) => {
        await asClient(at, 'revoke', { token: refresh });
        return !(await isActive(of, refresh));
      },
    }),
    'a token that an application has of its own, for an API, at its keys': kind({
      make: ownToken,
      use: async ({ issuer }, jwt) => {
        const { keys } = json(await send(`${issuer}/oidc/jwks`));
        const { kid } = JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString());
        return keys.some((key: { kid: string }) => key.kid === kid) && decodeJwt(jwt).iss === issuer;
      },
    }),
    'a pushed request': kind({
      make: pushed,
      use: async ({ issuer, jar }, request_uri) => {
        const answer = await jar.follow(`${issuer}/oidc/authorize?${new URLSearchParams({ client_id: 'web', request_uri })}`, {}, isOut);
        return answer.location !== undefined && new URL(answer.location).searchParams.has('code');
      },
    }),
    'an ID token as a hint of who it is': kind({
      make: async (of) => of.idToken,
      use: async ({ issuer, jar }, id_token_hint) => {
        const request = authorizationUrl({ issuer, redirectUri }, { client_id: 'web', scope: 'openid', prompt: 'none', id_token_hint });
        return new URL((await jar.follow(request.url, {}, isOut)).location!).searchParams.has('code');
      },
    }),
    'an ID token as a hint of who signs out': kind({
      make: async (of) => of.idToken,
      use: async ({ issuer, jar }, id_token_hint) =>
        (await jar.get(`${issuer}/oidc/sign-out?${new URLSearchParams({ id_token_hint })}`)).status === 200,
    }),
    'the session of a browser': kind({
      make: async ({ jar, code }) => ({ jar, from: code }),
      use: async (at, browser) => {
        const { url } = authorizationUrl({ issuer: at.issuer, redirectUri }, { client_id: 'web', scope: 'openid', prompt: 'none' });
        const answer = await send(url, { headers: { cookie: cookiesAt(at, browser), accept: 'text/html' } });
        return new URL(answer.location!).searchParams.has('code');
      },
    }),
    'an interaction with its cookie': kind({
      async make({ issuer, code }) {
        const jar = new Jar();
        const answer = await jar.get(authorizationUrl({ issuer, redirectUri }, { client_id: 'web', scope: 'openid' }).url);
        return { jar, from: code, uid: /portaria_interaction_\w+=([\w-]+)/.exec(answer.setCookie.join('\n'))![1]! };
      },
      async use(at, { uid, ...browser }) {
        const headers = { cookie: cookiesAt(at, browser), accept: 'text/html' };
        const { location = '' } = await send(`${at.issuer}/oidc/interaction/${uid}`, { headers });
        return location.includes('/sign-in/');
      },
    }),
    'a device code': kind({
      make: async (of) => (await deviceCode(of)).device_code as string,
      use: async ({ issuer }, device_code) =>
        (await token(issuer, { grant_type: deviceGrant, client_id: 'mobile', device_code })).body.error === 'authorization_pending',
    }),
    'a user code': kind({
      make: async (of) => (await deviceCode(of)).user_code as string,
      use: async ({ issuer }, user_code) => {
        const jar = new Jar();
        const page = await jar.follow(`${issuer}/oidc/device`);
        return (await jar.submit(jar.form(page, /oidc\/device/), { user_code })).status === 200;
      },
    }),
    'an assertion of a client': kind({
      make: assertion,
      use: async ({ issuer }, client_assertion) =>
        (
          await token(issuer, {
            grant_type: 'client_credentials',
            resource: api,
            scope: 'same:read',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion,
          })
        ).status === 200,
    }),
    'a nonce for proofs': kind({
      async make(of) {
        const { headers } = await redeem(of, await codeOf(of), { dpop: await proof(of) });
        return String(headers['dpop-nonce']);
      },
      use: async (at, nonce) => (await redeem(at, await codeOf(at), { dpop: await proof(at, nonce) })).status === 200,
    }),
  };

  it('what one issued is taken there and nowhere else, however many requests of both are under way', async () => {
    type Try = { name: string; of: Company; at: Company; artefact: unknown };
    for (let round = 0; round < 2; round++) {
      const wanted = Object.keys(kinds).flatMap((name) => companies.flatMap((of) => companies.map((at) => ({ name, of, at }))));
      const tries: Try[] = await Promise.all(wanted.map(async (one) => ({ ...one, artefact: await kinds[one.name]!.make(one.of) })));
      // neighbours are of different companies
      const taken = await Promise.all(tries.map(({ name, at, artefact }) => kinds[name]!.use(at, artefact)));
      for (const [i, { name, of, at }] of tries.entries()) expect(taken[i], `${name} of ${of.code} at ${at.code}`).to.equal(of === at);
    }
  });

  it('documents, keys and subjects are each company’s own, also when all are made at once', async () => {
    for (const { code } of companies) server.app.services.forgetCached((await server.scope(code)).contextId);
    const paths = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/oidc/jwks'];
    const asked = companies.flatMap(({ issuer }) => paths.flatMap((path) => [issuer + path, issuer + path]));
    const answers = await Promise.all(asked.map(async (url) => ({ url, text: (await send(url)).text })));
    for (const { url, text } of answers)
      if (!url.endsWith('/jwks')) {
        const { issuer, ...addresses } = JSON.parse(text);
        expect(url.startsWith(`${issuer}/`), url).to.equal(true);
        for (const [name, value] of Object.entries(addresses))
          if (name.endsWith('_endpoint') || name === 'jwks_uri') expect(value, name).to.match(new RegExp(`^${issuer}/`));
      }
    const kids = answers
      .filter(({ url }) => url.endsWith('/jwks'))
      .map(({ text }) => JSON.parse(text).keys.map((key: { kid: string }) => key.kid));
    expect(new Set(kids.flat()).size, 'no key is in both').to.equal(kids[0].length + kids.at(-1).length);
    expect(companies[0]!.sub, 'of two people that are alike').not.to.equal(companies[1]!.sub);
  });

  it('outside of a request the provider is nobody’s, and says so', async () => {
    const { ProviderDirectory } = await import('../../../src/web/oidc/index.ts');
    const listener = { isTrusted: true, onChange: () => {} } as never;
    const { services } = server.app;
    const context = (await services.contexts.byId((await server.scope('left')).contextId))!;
    const op = await new ProviderDirectory(services, listener, 2).get(context);
    expect(() => op.provider.issuer).to.throw('for no company');
    expect(op.run(() => op.provider.issuer)).to.equal(context.url);
    expect(() => op.provider.issuer, 'after one, too').to.throw('for no company');
  });
});
