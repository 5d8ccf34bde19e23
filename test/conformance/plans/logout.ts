import { load } from 'cheerio';
import { createLocalJWKSet, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import type { Answer, Jar } from '../../support/jar.ts';
import { until } from '../../support/patience.ts';
import { authorize, codeOf } from '../suite/authorize.ts';
import { type Check, type Notes, type Plan, skipUnless } from '../suite/outcome.ts';
import { exchange } from '../suite/tokens.ts';
import { claimsOf, headerOf, readJson, type World } from '../suite/world.ts';
import { expectLoginRequired } from './sessions.ts';

const rpInitiated = 'RP-Initiated Logout';

type SignedIn = { jar: Jar; idToken: string };

async function signIn(world: World, notes: Notes): Promise<SignedIn> {
  const jar = world.newJar();
  const ending = await authorize(world, notes, jar);
  return { jar, idToken: (await exchange(world, notes, codeOf(ending), ending.request.nonce)).id_token };
}

/** Asks to sign out and says yes where it is asked. @returns the redirect to the application, or the page it ended on */
async function signOut(world: World, jar: Jar, params: Record<string, string>): Promise<Answer> {
  const query = new URLSearchParams(params).toString();
  const stop = (url: string) => url.startsWith(world.post_logout_redirect_uri);
  const page = await jar.follow(`${world.metadata.end_session_endpoint}${query && '?'}${query}`, {}, stop);
  if (load(page.text)('button[name=logout]').length === 0) return page;
  return jar.submit(jar.form(page, /sign-out/), { logout: 'yes' }, stop);
}

async function expectSignedOut(world: World, notes: Notes, jar: Jar): Promise<void> {
  expectLoginRequired(notes, await authorize(world, notes, jar, { prompt: 'none' }));
}

const wayBack = (world: World) => ({ post_logout_redirect_uri: world.post_logout_redirect_uri, state: 'a state of ours' });

/** A request that must not lead to the application: an error, or a page of the provider's own (RP-Initiated Logout §2, §3). */
const staysHere = (
  name: string,
  paramsOf: (world: World, idToken: string) => Promise<Record<string, string>> | Record<string, string>,
): Check<World> => ({
  name: `${name}: no redirect`,
  source: `${rpInitiated} §2, §3`,
  async run(world, notes) {
    const { jar, idToken } = await signIn(world, notes);
    const page = await signOut(world, jar, await paramsOf(world, idToken));
    const location = page.location ?? page.url;
    notes.must(new URL(location).origin === new URL(world.issuer).origin, 'stays at the provider', location);
    notes.must(page.status < 500, 'an error of the request, not of the provider', page.status);
  },
});

/** A request without an address to return to ends on a page, and with the session. */
const endsHere = (name: string, paramsOf: (idToken: string) => Record<string, string>): Check<World> => ({
  name: `${name}: signed out, on a page of the provider`,
  source: `${rpInitiated} §2`,
  async run(world, notes) {
    const { jar, idToken } = await signIn(world, notes);
    const page = await signOut(world, jar, paramsOf(idToken));
    notes.must(page.status === 200 && new URL(page.url).origin === new URL(world.issuer).origin, 'a page', `${page.status} ${page.url}`);
    await expectSignedOut(world, notes, jar);
  },
});

const returns = (name: string, state: string | undefined): Check<World> => ({
  name,
  source: `${rpInitiated} §2, §3`,
  async run(world, notes) {
    const { jar, idToken } = await signIn(world, notes);
    const way = { id_token_hint: idToken, post_logout_redirect_uri: world.post_logout_redirect_uri, ...(state ? { state } : {}) };
    const { location = '' } = await signOut(world, jar, way);
    if (notes.must(location.startsWith(world.post_logout_redirect_uri), 'returns to the application', location))
      notes.must((new URL(location).searchParams.get('state') ?? undefined) === state, 'state as it was sent', location);
    await expectSignedOut(world, notes, jar);
  },
});

async function signedByAnother(idToken: string): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(claimsOf(idToken)).setProtectedHeader({ alg: 'RS256', kid: String(headerOf(idToken).kid) }).sign(privateKey);
}

export const rpInitiatedPlan: Plan<World> = {
  name: 'RP-Initiated Logout OP',
  checks: [
    {
      name: 'discovery names the endpoint',
      source: `${rpInitiated} §2.1`,
      run: async ({ metadata }, notes) =>
        void notes.must(/^https:/.test(metadata.end_session_endpoint), 'end_session_endpoint', metadata.end_session_endpoint),
    },
    returns('returns with state, and nobody is signed in any more', 'a state of ours'),
    returns('without state: returns without', undefined),
    staysHere('an address that is not registered', (world, id_token_hint) => ({
      ...wayBack(world),
      id_token_hint,
      post_logout_redirect_uri: 'https://elsewhere.example/bye',
    })),
    staysHere('a query added to the address', (world, id_token_hint) => ({
      ...wayBack(world),
      id_token_hint,
      post_logout_redirect_uri: `${world.post_logout_redirect_uri}?added=1`,
    })),
    staysHere('a hint that was turned into alg none', (world, idToken) => ({
      ...wayBack(world),
      id_token_hint: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${idToken.split('.')[1]}.`,
    })),
    staysHere('a hint that somebody else signed', async (world, idToken) => ({
      ...wayBack(world),
      id_token_hint: await signedByAnother(idToken),
    })),
    staysHere('an address without a hint', (world) => wayBack(world)),
    endsHere('no parameter', () => ({})),
    endsHere('state alone', () => ({ state: 'a state of ours' })),
    endsHere('a hint without an address', (id_token_hint) => ({ id_token_hint })),
    {
      name: 'by POST',
      source: `${rpInitiated} §2`,
      async run(world, notes) {
        const { jar, idToken } = await signIn(world, notes);
        const stop = (url: string) => url.startsWith(world.post_logout_redirect_uri);
        const form = { ...wayBack(world), id_token_hint: idToken };
        const page = await jar.follow(world.metadata.end_session_endpoint, { form }, stop);
        const { location } = page.location ? page : await jar.submit(jar.form(page, /sign-out/), { logout: 'yes' }, stop);
        notes.must(Boolean(location?.startsWith(world.post_logout_redirect_uri)), 'returns to the application', location);
      },
    },
  ],
};

const backChannel = 'Back-Channel Logout';
const event = 'http://schemas.openid.net/event/backchannel-logout';

const arrival = (world: World, before: number) => until(() => world.logoutArrivals![before], 'a logout token', 15_000);

export const backChannelPlan: Plan<World> = {
  name: 'Back-Channel Logout OP',
  checks: [
    {
      name: 'discovery says so',
      source: `${backChannel} §2.1`,
      async run({ metadata }, notes) {
        for (const name of ['backchannel_logout_supported', 'backchannel_logout_session_supported'])
          notes.must(metadata[name] === true, name, metadata[name]);
        notes.must(typeof metadata.end_session_endpoint === 'string', 'end_session_endpoint', metadata.end_session_endpoint);
      },
    },
    {
      name: 'a logout token arrives that holds, and the person returns',
      source: `${backChannel} §2.4, §2.5`,
      async run(world, notes) {
        skipUnless(world.logoutArrivals !== undefined, 'the run was given no port to listen at');
        const { jar, idToken } = await signIn(world, notes);
        const before = world.logoutArrivals.length;
        const { location = '' } = await signOut(world, jar, { ...wayBack(world), id_token_hint: idToken });
        notes.must(location.startsWith(world.post_logout_redirect_uri) && location.includes('state='), 'returns with state', location);
        await checkLogoutToken(world, notes, await arrival(world, before), idToken);
        await expectSignedOut(world, notes, jar);
      },
    },
  ],
};

async function checkLogoutToken(world: World, notes: Notes, { method, type, body }: Awaited<ReturnType<typeof arrival>>, idToken: string) {
  notes.must(method === 'POST' && type.startsWith('application/x-www-form-urlencoded'), 'a form by POST', `${method} ${type}`);
  const params = new URLSearchParams(body);
  notes.must(String([...params.keys()]) === 'logout_token', 'only logout_token', [...params.keys()]);
  const token = params.get('logout_token') ?? '';
  const keys = createLocalJWKSet(readJson(await world.send(world.metadata.jwks_uri)) as unknown as JSONWebKeySet);
  await jwtVerify(token, keys).catch((error) => notes.must(false, `signed by a key of jwks_uri: ${error.message}`));
  notes.should(headerOf(token).typ === 'logout+jwt', 'typ is logout+jwt', headerOf(token).typ);
  notes.must(headerOf(token).alg === headerOf(idToken).alg, 'signed as ID tokens are', headerOf(token).alg);
  const [claims, known] = [claimsOf(token), claimsOf(idToken)];
  const now = Date.now() / 1000;
  notes.must(claims.iss === world.issuer, 'iss is the issuer', claims.iss);
  notes.must([claims.aud ?? []].flat().includes(world.client.client_id), 'aud has the client', claims.aud);
  notes.must(claims.iat !== undefined && claims.iat <= now + 5 && claims.iat > now - 86_400, 'iat is now', claims.iat);
  notes.should(claims.exp !== undefined && claims.exp > now && claims.exp < now + 180, 'exp within two minutes', claims.exp);
  notes.must(typeof claims.jti === 'string' && claims.jti !== '', 'jti', claims.jti);
  const events = claims['events'] as Record<string, unknown> | undefined;
  notes.must(
    JSON.stringify(events) === JSON.stringify({ [event]: {} }),
    'events has exactly the member of back-channel logout, an empty object',
    events,
  );
  notes.must(!('nonce' in claims), 'no nonce');
  notes.must('sub' in claims || 'sid' in claims, 'sub or sid');
  for (const name of ['sub', 'sid'])
    if (name in claims) notes.must(claims[name] === known[name], `${name} is the ID token’s`, claims[name]);
}
