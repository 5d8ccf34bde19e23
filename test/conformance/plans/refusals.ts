import { basic } from '../../support/oidc.ts';
import { pause } from '../../support/patience.ts';
import { authorize, authorizeForCode, codeOf, expectErrorPage } from '../suite/authorize.ts';
import { type Check, type Notes, skipUnless } from '../suite/outcome.ts';
import { askToken, askUserinfo, checkIdToken, codeForm, exchange, type Tokens } from '../suite/tokens.ts';
import { claimsOf, listOf, type World } from '../suite/world.ts';

const core = 'OpenID Connect Core';

/** A request object without a signature (Core §6.1). */
const unsigned = (claims: Record<string, unknown>): string =>
  `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

async function expectInvalidGrant(world: World, notes: Notes, form: Record<string, string>, sentence: string): Promise<void> {
  const { answer, body } = await askToken(world, notes, form);
  notes.must(answer.status === 400 && body.error === 'invalid_grant', `${sentence}: invalid_grant`, `${answer.status} ${body.error}`);
}

const worksAt = async (world: World, { access_token }: Tokens): Promise<boolean> =>
  (await world.send(world.metadata.userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } })).status === 200;

/** Spends a code at the beginning of a run, so that its second use half a minute later costs no time. */
export async function spendCodeEarly(world: World, notes: Notes): Promise<void> {
  const { code, request } = await authorizeForCode(world, notes);
  const tokens = await exchange(world, notes, code, request.nonce);
  world.begun.set(`spent code by ${world.mode}`, { code, tokens, at: Date.now() });
}

/** Whether a parameter by which a request comes as an object is obeyed, refused, or passed over, which is the one fault. */
async function expectObeyedOrRefused(
  world: World,
  notes: Notes,
  parameter: 'request' | 'request_uri',
  value: string,
  nonce: string,
): Promise<void> {
  const ending = await authorize(world, notes, world.signedIn, { [parameter]: value, nonce: 'outside' });
  const error = ending.returned?.get('error');
  if (!ending.returned) return expectErrorPage(notes, ending);
  const refusals = [
    `${parameter}_not_supported`,
    'invalid_request',
    `invalid_${parameter === 'request' ? 'request_object' : 'request_uri'}`,
  ];
  if (error) {
    notes.must(refusals.includes(error), `refused by ${refusals[0]}`, error);
    return;
  }
  const { body } = await askToken(world, notes, codeForm(world, codeOf(ending)));
  notes.must(
    claimsOf(String(body.id_token)).nonce === nonce,
    'what is inside counts: it is never passed over (Core §6.1)',
    claimsOf(String(body.id_token)).nonce,
  );
}

export const refusalChecks: Check<World>[] = [
  {
    name: 'a code works once',
    source: 'RFC 6749 §4.1.2',
    async run(world, notes) {
      const { code, request } = await authorizeForCode(world, notes);
      const tokens = await exchange(world, notes, code, request.nonce);
      await expectInvalidGrant(world, notes, codeForm(world, code), 'at once again');
      notes.should(!(await worksAt(world, tokens)), 'what the code gave is revoked');
    },
  },
  {
    name: 'a code works once, half a minute later too',
    source: 'RFC 6749 §4.1.2',
    async run(world, notes) {
      const spent = world.begun.get(`spent code by ${world.mode}`) as { code: string; tokens: Tokens; at: number } | undefined;
      skipUnless(spent !== undefined, 'no code was spent at the beginning');
      const left = spent.at + 30_000 - Date.now();
      if (left > 0) await pause(left);
      await expectInvalidGrant(world, notes, codeForm(world, spent.code), 'after 30 seconds');
      notes.should(!(await worksAt(world, spent.tokens)), 'what the code gave is revoked');
    },
  },
  {
    name: 'an address that is not registered gets an error page',
    source: 'RFC 6749 §3.1.2.4',
    async run(world, notes) {
      for (const redirect_uri of [`${world.redirect_uri}/other`, `${world.redirect_uri}?added=1`, 'https://elsewhere.example/callback'])
        expectErrorPage(notes, await authorize(world, notes, world.signedIn, { redirect_uri }));
    },
  },
  {
    name: 'request_uri without a signature is obeyed or refused',
    source: `${core} §6.2`,
    run: (world, notes) =>
      expectObeyedOrRefused(world, notes, 'request_uri', `${new URL(world.redirect_uri).origin}/request.jwt`, 'inside'),
  },
  {
    name: 'request without a signature is obeyed or refused',
    source: `${core} §6.1`,
    run: (world, notes) =>
      expectObeyedOrRefused(world, notes, 'request', unsigned({ nonce: 'inside', client_id: world.client.client_id }), 'inside'),
  },
  {
    name: 'a redirect_uri in a request object wins, or is refused',
    source: `${core} §6.1`,
    async run(world, notes) {
      const request = unsigned({ client_id: world.client.client_id, redirect_uri: world.redirect_uri, nonce: 'inside' });
      const ending = await authorize(world, notes, world.signedIn, { request, redirect_uri: `${world.redirect_uri}/other` });
      if (ending.returned) notes.must(ending.returned.get('error') !== null || ending.returned.get('code') !== null, 'the address inside');
      else expectErrorPage(notes, ending);
    },
  },
  {
    name: 'a refresh token works, and for its client only',
    source: `${core} §12, RFC 6749 §6`,
    async run(world, notes) {
      skipUnless(listOf(world, 'grant_types_supported').includes('refresh_token'), 'not offered');
      const { code, request } = await authorizeForCode(world, notes, { scope: 'openid offline_access' });
      const tokens = await exchange(world, notes, code, request.nonce);
      skipUnless(tokens.refresh_token !== undefined, 'none is given');
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
      const { client_id, client_secret } = world.second_client;
      const foreign = await askToken(world, notes, form, basic(client_id, client_secret));
      notes.must(foreign.body.error === 'invalid_grant', 'another client: invalid_grant', foreign.body.error);
      const { answer, body } = await askToken(world, notes, form);
      if (!notes.must(answer.status === 200, 'its own client', answer.text)) return;
      const renewed = body as Tokens;
      notes.must(renewed.access_token !== tokens.access_token, 'a new access token');
      if (renewed.id_token) {
        const [before, after] = [claimsOf(tokens.id_token), await checkIdToken(world, notes, renewed)];
        for (const claim of ['iss', 'sub', 'auth_time', 'azp'])
          notes.must(after[claim] === before[claim], `${claim} is the same after a refresh`, [before[claim], after[claim]]);
        notes.must(String(after.aud) === String(before.aud), 'aud is the same', after.aud);
        notes.must(!('nonce' in after) || after.nonce === before.nonce, 'no other nonce', after.nonce);
      }
      await askUserinfo(world, notes, { ...renewed, id_token: renewed.id_token ?? tokens.id_token });
    },
  },
];
