import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { basic, pkce } from '../../support/oidc.ts';
import { authorize, authorizeForCode } from '../suite/authorize.ts';
import { type Check, type Notes, type Plan, skipUnless } from '../suite/outcome.ts';
import { askToken, codeForm, exchange } from '../suite/tokens.ts';
import { readJson, type World } from '../suite/world.ts';

const check = (name: string, source: string, run: Check<World>['run']): Check<World> => ({ name, source, run });
const mine = ({ client }: World) => basic(client.client_id, client.client_secret);

async function expectError(
  world: World,
  notes: Notes,
  form: Record<string, string>,
  wanted: string[],
  headers = mine(world),
  what = '',
): Promise<void> {
  const { answer, body } = await askToken(world, notes, form, headers);
  notes.must(
    answer.status >= 400 && wanted.includes(String(body.error)),
    `${what || 'refused'} by ${wanted.join(' or ')}`,
    `${answer.status} ${body.error}`,
  );
}

/** A code with a challenge, fresh. */
async function freshCode(world: World, notes: Notes) {
  const { verifier, challenge } = pkce();
  const { code } = await authorizeForCode(world, notes, { code_challenge: challenge, code_challenge_method: 'S256' });
  return codeForm(world, code, { code_verifier: verifier });
}

const without = (form: Record<string, string>, name: string) => Object.fromEntries(Object.entries(form).filter(([key]) => key !== name));

type Assertion = { claims?: Record<string, unknown>; without?: string; key?: 'another'; type?: string; text?: string };

/** Authenticates the client that has a key, by an assertion that is right but for one thing (RFC 7523 §3, OpenID Connect Core §9). */
async function assert(world: World, notes: Notes, { claims = {}, without: missing, key, type, text }: Assertion): Promise<unknown> {
  const { client_id, private_jwk } = world.key_client!;
  const now = Math.floor(Date.now() / 1000);
  const all: Record<string, unknown> = {
    iss: client_id,
    sub: client_id,
    aud: world.issuer,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    ...claims,
  };
  if (missing) delete all[missing];
  const signing =
    key === 'another'
      ? (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])).privateKey
      : await importJWK(private_jwk, 'ES256');
  const assertion = text ?? (await new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: String(private_jwk.kid) }).sign(signing));
  const form = { grant_type: 'authorization_code', code: 'nothing', redirect_uri: world.redirect_uri, client_id };
  const client_assertion_type = type ?? 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return (await askToken(world, notes, { ...form, client_assertion: assertion, client_assertion_type }, {})).body.error;
}

const assertion = (name: string, source: string, wrong: () => Assertion[], isMust = true): Check<World> =>
  check(`client assertion: ${name}`, source, async (world, notes) => {
    skipUnless(world.key_client !== undefined, 'the run was given no client with a key');
    for (const one of wrong()) {
      const error = await assert(world, notes, one);
      const refused = ['invalid_client', 'invalid_request'].includes(String(error));
      if (isMust) notes.must(refused, `${JSON.stringify(one)}: invalid_client`, error);
      else notes.should(refused, `${JSON.stringify(one)}: invalid_client`, error);
    }
  });

const seconds = () => Math.floor(Date.now() / 1000);

async function expectKeptOut(world: World, notes: Notes, login: { login: string; password: string }): Promise<void> {
  const { returned, page } = await authorize(world, notes, world.newJar(), {}, { login });
  notes.must(!returned?.has('code'), 'nobody returns with a code');
  notes.must(page.status < 500, 'a page, not an error of the provider', page.status);
}

export const clientAuthenticationPlan: Plan<World> = {
  name: 'Client authentication, tokens, introspection, userinfo: what is refused',
  checks: [
    check('token endpoint by GET', 'RFC 6749 §3.2', async (world, notes) => {
      const form = await freshCode(world, notes);
      const answer = await world.send(`${world.metadata.token_endpoint}?${new URLSearchParams(form)}`, { headers: mine(world) });
      notes.must(answer.status >= 400 && !answer.text.includes('access_token'), 'refused', answer.status);
      notes.should(answer.status === 405 && answer.headers.allow !== undefined, '405 with Allow (RFC 9110 §15.5.6)', answer.status);
    }),
    check('no client, an unknown one, a wrong secret', 'RFC 6749 §5.2', async (world, notes) => {
      const form = await freshCode(world, notes);
      const { client_id } = world.client;
      await expectError(world, notes, form, ['invalid_client'], {} as never, 'no authentication');
      await expectError(world, notes, form, ['invalid_client'], basic('nobody-of-that-name', 'x'.repeat(32)), 'an unknown client');
      await expectError(world, notes, { ...form, client_id }, ['invalid_client'], {} as never, 'a client ID alone');
      const { answer } = await askToken(world, notes, form, basic(client_id, 'x'.repeat(32)));
      notes.must(answer.status === 401, 'a wrong secret by Basic: 401', answer.status);
      notes.must(
        /^basic/i.test(String(answer.headers['www-authenticate'])),
        'WWW-Authenticate of the scheme that was used',
        answer.headers['www-authenticate'],
      );
    }),
    check('one client in the header, another in the body', 'RFC 6749 §2.3', async (world, notes) => {
      const form = await freshCode(world, notes);
      await expectError(world, notes, { ...form, client_id: world.second_client.client_id }, ['invalid_client', 'invalid_request']);
      await expectError(world, notes, { ...form, ...world.client }, ['invalid_client', 'invalid_request'], undefined, 'two ways at once');
    }),
    check('grant_type missing or unknown', 'RFC 6749 §5.2', async (world, notes) => {
      const form = await freshCode(world, notes);
      await expectError(world, notes, without(form, 'grant_type'), ['invalid_request']);
      await expectError(world, notes, { ...form, grant_type: 'password-of-the-day' }, ['unsupported_grant_type']);
    }),
    check('code, redirect_uri and code_verifier, each missing or wrong', 'RFC 6749 §4.1.3, RFC 7636 §4.6', async (world, notes) => {
      for (const name of ['code', 'redirect_uri', 'code_verifier']) {
        await expectError(
          world,
          notes,
          without(await freshCode(world, notes), name),
          ['invalid_request', 'invalid_grant'],
          undefined,
          `${name} missing`,
        );
        const wrong = name === 'redirect_uri' ? `${world.redirect_uri}/other` : 'x'.repeat(43);
        await expectError(
          world,
          notes,
          { ...(await freshCode(world, notes)), [name]: wrong },
          ['invalid_grant'],
          undefined,
          `${name} wrong`,
        );
      }
    }),
    check('a code of another client', 'RFC 6749 §4.1.3', async (world, notes) => {
      const { client_id, client_secret } = world.second_client;
      await expectError(world, notes, await freshCode(world, notes), ['invalid_grant'], basic(client_id, client_secret));
    }),
    check('refresh_token missing or wrong', 'RFC 6749 §6', async (world, notes) => {
      await expectError(world, notes, { grant_type: 'refresh_token' }, ['invalid_request']);
      await expectError(world, notes, { grant_type: 'refresh_token', refresh_token: 'x'.repeat(43) }, ['invalid_grant']);
    }),
    check('introspection: who asks, and about what', 'RFC 7662 §2', async (world, notes) => {
      const endpoint = world.metadata.introspection_endpoint;
      skipUnless(endpoint !== undefined, 'not offered');
      const { code, request } = await authorizeForCode(world, notes);
      const { access_token, id_token } = await exchange(world, notes, code, request.nonce);
      const ask = (form: Record<string, string>, headers: Record<string, string>) => world.send(endpoint, { form, headers });
      const anonymous = await ask({ token: access_token }, {});
      notes.must([400, 401].includes(anonymous.status) && !anonymous.text.includes('active'), 'nobody: refused', anonymous.status);
      const wrong = await ask({ token: access_token }, basic(world.client.client_id, 'y'.repeat(32)));
      notes.must(wrong.status === 401, 'a wrong secret: 401', wrong.status);
      notes.must((await ask({}, mine(world))).status === 400, 'without token: 400');
      notes.must((await world.send(`${endpoint}?token=${access_token}`, { headers: mine(world) })).status >= 400, 'by GET: refused');
      notes.must(readJson(await ask({ token: access_token }, mine(world)))?.active === true, 'its own token is active');
      for (const token of ['x'.repeat(43), id_token]) {
        const answer = await ask({ token }, mine(world));
        notes.must(
          answer.status === 200 && answer.text === '{"active":false}',
          'what is no such token is inactive, and no more is said',
          `${answer.status} ${answer.text}`,
        );
      }
    }),
    check('userinfo: no token, a wrong one, another method', 'RFC 6750 §3', async (world, notes) => {
      const endpoint = world.metadata.userinfo_endpoint;
      const none = await world.send(endpoint);
      notes.must([400, 401].includes(none.status), 'no token', none.status);
      const wrong = await world.send(endpoint, { headers: { authorization: `Bearer ${'x'.repeat(43)}` } });
      notes.must(wrong.status === 401, 'a wrong token: 401', wrong.status);
      notes.must(
        /^Bearer .*error="invalid_token"/.test(String(wrong.headers['www-authenticate'])),
        'WWW-Authenticate says invalid_token',
        wrong.headers['www-authenticate'],
      );
      for (const method of ['PUT', 'DELETE']) {
        const { code, request } = await authorizeForCode(world, notes);
        const { access_token } = await exchange(world, notes, code, request.nonce);
        const answer = await world.send(endpoint, { method, headers: { authorization: `Bearer ${access_token}` } });
        notes.must(answer.status >= 400 && answer.status < 500, `${method}: refused`, answer.status);
      }
    }),
    check('sign-in with a wrong password', 'OpenID Connect Core §3.1.2.3', (world, notes) =>
      expectKeptOut(world, notes, { ...world.person, password: 'this is not the password' }),
    ),
    check('sign-in of somebody who is suspended', 'OpenID Connect Core §3.1.2.3', (world, notes) => {
      skipUnless(world.suspended_person !== undefined, 'the run was given nobody who is suspended');
      return expectKeptOut(world, notes, world.suspended_person);
    }),
    check('client assertion: right', 'OpenID Connect Core §9', async (world, notes) => {
      skipUnless(world.key_client !== undefined, 'the run was given no client with a key');
      notes.must((await assert(world, notes, {})) === 'invalid_grant', 'the client is known, only the code is not');
    }),
    assertion('a claim is missing', 'RFC 7523 §3', () => ['iss', 'sub', 'aud', 'exp', 'jti'].map((one) => ({ without: one }))),
    assertion('a claim is wrong', 'RFC 7523 §3', () => [
      { claims: { iss: 'somebody-else' } },
      { claims: { sub: 'somebody-else' } },
      { claims: { aud: 'https://elsewhere.example' } },
      { claims: { exp: seconds() - 600 } },
      { claims: { nbf: seconds() + 600 } },
    ]),
    assertion('not a JWT, another key, another type', 'RFC 7523 §3, RFC 7521 §4.2', () => [
      { text: 'not-a-jwt' },
      { key: 'another' },
      { type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
    ]),
    assertion('from the future', 'RFC 7523 §3', () => [{ claims: { iat: seconds() + 600 } }]),
    assertion('a jti of one letter', 'OpenID Connect Core §9', () => [{ claims: { jti: 'a' } }], false),
    check('client assertion: the same twice', 'OpenID Connect Core §9', async (world, notes) => {
      skipUnless(world.key_client !== undefined, 'the run was given no client with a key');
      const claims = { jti: randomUUID() };
      await assert(world, notes, { claims });
      const error = await assert(world, notes, { claims });
      notes.must(error === 'invalid_client', 'jti is used once', error);
    }),
  ],
};
