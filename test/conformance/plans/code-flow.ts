import { pkce } from '../../support/oidc.ts';
import { authorize, authorizeForCode, codeOf, expectErrorPage, type Params, requestOf } from '../suite/authorize.ts';
import { type Check, type Notes, skipUnless } from '../suite/outcome.ts';
import { askToken, askUserinfo, checkIdToken, checkUserinfo, codeForm, exchange, type Tokens } from '../suite/tokens.ts';
import { claimsOf, headerOf, listOf, type World } from '../suite/world.ts';

const core = 'OpenID Connect Core';

async function tokensFor(world: World, notes: Notes, more: Params = {}): Promise<Tokens> {
  const { code, request } = await authorizeForCode(world, notes, more);
  return exchange(world, notes, code, request.nonce);
}

/** The claims that a scope asks for (Core §5.4). A person need not have them all; one has to be there. */
const claimsOfScope: Record<string, string[]> = {
  profile: ['name', 'family_name', 'given_name', 'preferred_username', 'updated_at'],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number'],
};

const scopeCheck = (scopes: string[], name: string): Check<World> => ({
  name,
  source: `${core} §5.4`,
  async run(world, notes) {
    const missing = scopes.filter((scope) => !listOf(world, 'scopes_supported').includes(scope));
    skipUnless(missing.length === 0, `not in scopes_supported: ${missing}`);
    const claims = await askUserinfo(world, notes, await tokensFor(world, notes, { scope: `openid ${scopes.join(' ')}` }));
    for (const scope of scopes)
      notes.should(
        claimsOfScope[scope]!.some((claim) => claim in claims),
        `userinfo has claims of ${scope}`,
        Object.keys(claims),
      );
    const others = Object.keys(claimsOfScope).filter((scope) => !scopes.includes(scope));
    for (const scope of others)
      notes.must(!claimsOfScope[scope]!.some((claim) => claim in claims), `no claims of ${scope}, which was not asked for`);
  },
});

/** A parameter that may change the pages but never the outcome. */
const accepted = (name: string, source: string, more: Params): Check<World> => ({
  name,
  source: `${core} ${source}`,
  run: async (world, notes) => void (await tokensFor(world, notes, more)),
});

export const happyChecks: Check<World>[] = [
  {
    name: 'signs in and gives tokens that hold',
    source: `${core} §3.1`,
    async run(world, notes) {
      const ending = await authorize(world, notes, world.newJar(), { scope: 'openid profile' });
      notes.must(ending.signIns === 1, 'the person signs in once', ending.signIns);
      const tokens = await exchange(world, notes, codeOf(ending), ending.request.nonce);
      await askUserinfo(world, notes, tokens);
    },
  },
  {
    name: 'without response_type there is an error',
    source: `${core} §3.1.2.1`,
    async run(world, notes) {
      const ending = await authorize(world, notes, world.newJar(), { response_type: undefined });
      if (!ending.returned) return expectErrorPage(notes, ending);
      const error = String(ending.returned.get('error'));
      notes.must(['unsupported_response_type', 'invalid_request'].includes(error), 'unsupported_response_type or invalid_request', error);
    },
  },
  {
    name: 'the ID token is signed by RS256 where the client chose nothing',
    source: `${core} §3.1.3.7, Registration §2`,
    async run(world, notes) {
      const { id_token } = await tokensFor(world, notes);
      notes.must(headerOf(id_token).alg === 'RS256', 'alg', headerOf(id_token).alg);
    },
  },
  {
    name: 'an unsigned ID token only for clients that ask for it',
    source: `${core} §2`,
    async run(world, notes) {
      const isOffered = listOf(world, 'id_token_signing_alg_values_supported').includes('none');
      notes.must(headerOf((await tokensFor(world, notes)).id_token).alg !== 'none', 'this client did not');
      skipUnless(isOffered, 'alg none is not offered, and was not given');
    },
  },
  {
    name: 'the ID token does not repeat the claims of userinfo',
    source: `${core} §5.4`,
    async run(world, notes) {
      const claims = claimsOf((await tokensFor(world, notes, { scope: 'openid profile email' })).id_token);
      const repeated = ['name', 'given_name', 'family_name', 'email'].filter((name) => name in claims);
      notes.should(repeated.length === 0, 'with an access token claims of scopes are at userinfo', repeated);
    },
  },
  {
    name: 'userinfo by GET',
    source: `${core} §5.3.1`,
    run: async (world, notes) => void (await askUserinfo(world, notes, await tokensFor(world, notes))),
  },
  {
    name: 'userinfo by POST, the token in the header',
    source: `${core} §5.3.1`,
    async run(world, notes) {
      const { access_token, id_token } = await tokensFor(world, notes);
      const headers = { authorization: `Bearer ${access_token}` };
      checkUserinfo(notes, await world.send(world.metadata.userinfo_endpoint, { method: 'POST', headers }), id_token);
    },
  },
  {
    name: 'userinfo by POST, the token in the body',
    source: 'RFC 6750 §2.2',
    async run(world, notes) {
      const { access_token, id_token } = await tokensFor(world, notes);
      const answer = await world.send(world.metadata.userinfo_endpoint, { form: { access_token } });
      // optional: it may be refused
      if (notes.should(answer.status === 200, 'the body is read', answer.status)) checkUserinfo(notes, answer, id_token);
      else notes.must(answer.status === 400 || answer.status === 401, 'refused by 400 or 401', answer.status);
    },
  },
  {
    name: 'nonce is optional',
    source: `${core} §3.1.2.1`,
    async run(world, notes) {
      const { id_token } = await tokensFor(world, notes, { nonce: undefined });
      notes.must(!('nonce' in claimsOf(id_token)), 'and none comes back');
    },
  },
  scopeCheck(['profile'], 'scope profile'),
  scopeCheck(['email'], 'scope email'),
  scopeCheck(['address'], 'scope address'),
  scopeCheck(['phone'], 'scope phone'),
  scopeCheck(['profile', 'email', 'address', 'phone'], 'all scopes at once'),
  {
    name: 'scopes and parameters in another order',
    source: 'RFC 6749 §3.3',
    async run(world, notes) {
      const reversed = Object.fromEntries(Object.entries(requestOf(world, { scope: 'email profile openid' })).reverse());
      const tokens = await tokensFor(world, notes, reversed);
      notes.must('name' in (await askUserinfo(world, notes, tokens)), 'the same claims');
    },
  },
  accepted('display=page', '§3.1.2.1', { display: 'page' }),
  accepted('display=popup', '§3.1.2.1', { display: 'popup' }),
  accepted('an unknown parameter is ignored', '§3.1.2.1', { extra: 'foobar' }),
  accepted('login_hint', '§3.1.2.1', { login_hint: 'somebody@example.com' }),
  accepted('ui_locales', '§3.1.2.1', { ui_locales: 'se pt-BR' }),
  accepted('claims_locales', '§5.2', { claims_locales: 'se' }),
  {
    name: 'PKCE by S256 of a client that need not',
    source: 'RFC 7636 §4',
    async run(world, notes) {
      const { verifier, challenge } = pkce();
      const { code, request } = await authorizeForCode(world, notes, { code_challenge: challenge, code_challenge_method: 'S256' });
      await exchange(world, notes, code, request.nonce, { code_verifier: verifier });
    },
  },
  {
    name: 'acr_values',
    source: `${core} §3.1.2.1`,
    async run(world, notes) {
      const offered = listOf(world, 'acr_values_supported');
      const wanted = offered.find((one) => /sfa|pwd|password|1/.test(one)) ?? offered[0] ?? '1';
      const { acr } = claimsOf((await tokensFor(world, notes, { acr_values: wanted })).id_token);
      notes.should(acr === wanted, `acr is ${wanted}`, acr);
    },
  },
  {
    name: 'claims: an essential claim',
    source: `${core} §5.5`,
    async run(world, notes) {
      const tokens = await tokensFor(world, notes, { claims: JSON.stringify({ userinfo: { name: { essential: true } } }) });
      notes.should('name' in (await askUserinfo(world, notes, tokens)), 'userinfo has name');
    },
  },
  {
    name: 'the request by POST',
    source: `${core} §3.1.2.1`,
    async run(world, notes) {
      const ending = await authorize(world, notes, world.newJar(), {}, { post: true });
      await exchange(world, notes, codeOf(ending), ending.request.nonce);
    },
  },
  {
    name: 'client_secret_post',
    source: `${core} §9`,
    async run(world, notes) {
      const methods = listOf(world, 'token_endpoint_auth_methods_supported');
      skipUnless(methods.includes('client_secret_post'), 'not offered');
      const { code, request } = await authorizeForCode(world, notes);
      const { answer, body } = await askToken(world, notes, codeForm(world, code, world.client), {});
      if (notes.must(answer.status === 200, 'the secret in the body is taken', answer.text))
        await checkIdToken(world, notes, body as Tokens, { nonce: request.nonce });
    },
  },
];
