import { connect } from 'node:tls';
import { basic, pkce } from '../../support/oidc.ts';
import { scaleLimit } from '../../support/patience.ts';
import { authorize, authorizeForCode, codeOf, expectErrorPage, requestOf } from '../suite/authorize.ts';
import { type Check, type Notes, type Plan, skipUnless } from '../suite/outcome.ts';
import { askToken, codeForm, exchange, type Tokens } from '../suite/tokens.ts';
import { note, readJson, type World } from '../suite/world.ts';

const check = (name: string, source: string, run: Check<World>['run']): Check<World> => ({ name, source, run });
const mine = ({ client }: World) => basic(client.client_id, client.client_secret);
const others = ({ second_client: { client_id, client_secret } }: World) => basic(client_id, client_secret);

async function tokensOf(world: World, notes: Notes, scope = 'openid offline_access'): Promise<Tokens> {
  const { code, request } = await authorizeForCode(world, notes, { scope });
  return exchange(world, notes, code, request.nonce);
}

const isActive = async (world: World, access_token: string): Promise<boolean> =>
  (await world.send(world.metadata.userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } })).status === 200;

const refreshForm = ({ refresh_token }: Tokens) => ({ grant_type: 'refresh_token', refresh_token: refresh_token! });

const revoke = (world: World, token: string, headers = mine(world)) =>
  world.send(world.metadata.revocation_endpoint, { form: { token }, headers });

/** Bits by the frequency of characters: a lower bound that tells a counter from what is random (RFC 6749 §10.10). */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const one of text) counts.set(one, (counts.get(one) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, count) => sum + count * Math.log2(count / text.length), 0);
}

const confusions = (address: string): string[] => {
  const { origin, host, pathname } = new URL(address);
  return [
    `${address}/../other`,
    `${address}/..;/other`,
    `${address}/%2e%2e/other`,
    `${origin}/x/..${pathname}`,
    `${address}%00`,
    `${address}#fragment`,
    `${address}\\@elsewhere.example`,
    `https://${host}@elsewhere.example${pathname}`,
    `https://elsewhere.example/${address}`,
    address.toUpperCase(),
  ];
};

export const oauthSecurityPlan: Plan<World> = {
  name: 'OAuth security (RFC 9700)',
  checks: [
    check('one code, 20 exchanges at once', 'RFC 6749 §4.1.2', async (world, notes) => {
      const { code } = await authorizeForCode(world, notes);
      const answers = await Promise.all(Array.from({ length: 20 }, () => askToken(world, notes, codeForm(world, code))));
      const won = answers.filter(({ answer }) => answer.status === 200);
      notes.must(won.length <= 1, 'at most one works', won.length);
      for (const { body } of won)
        notes.should(!(await isActive(world, String(body.access_token))), 'what it gave is revoked, as for any second use');
    }),
    check('one refresh token, 20 refreshes at once', 'RFC 9700 §4.14.2', async (world, notes) => {
      const tokens = await tokensOf(world, notes);
      skipUnless(tokens.refresh_token !== undefined, 'none is given');
      const answers = await Promise.all(Array.from({ length: 20 }, () => askToken(world, notes, refreshForm(tokens))));
      notes.must(
        answers.every(({ answer }) => answer.status < 500),
        'no error of the server',
      );
      notes.must(
        answers.some(({ answer }) => answer.status === 200),
        'somebody is served',
      );
    }),
    check('paths that parsers read differently', 'RFC 9700 §4.1.3', async (world, notes) => {
      for (const redirect_uri of confusions(world.redirect_uri))
        expectErrorPage(notes, await authorize(world, notes, world.signedIn, { redirect_uri }));
    }),
    check('a parameter twice', 'RFC 6749 §3.1, §3.2', async (world, notes) => {
      const { authorization_endpoint, token_endpoint } = world.metadata;
      for (const name of ['client_id', 'redirect_uri', 'scope', 'state', 'response_type']) {
        const query = new URLSearchParams(requestOf(world));
        query.append(name, query.get(name)!);
        const answer = await world.signedIn.get(`${authorization_endpoint}?${query}`);
        notes.must(!answer.location?.includes('code='), `${name} twice at the authorization endpoint`, answer.location);
      }
      const { code } = await authorizeForCode(world, notes);
      const form = new URLSearchParams(codeForm(world, code));
      form.append('code', 'another');
      const answer = await world.send(token_endpoint, { form, headers: mine(world) });
      notes.must(
        answer.status === 400 && readJson(answer)?.error === 'invalid_request',
        'code twice at the token endpoint: invalid_request',
        answer.text,
      );
      const device = world.metadata['device_authorization_endpoint'];
      if (typeof device !== 'string') return;
      const twice = await world.send(device, { form: new URLSearchParams('scope=openid&scope=openid'), headers: mine(world) });
      notes.must(twice.status >= 400 && twice.status < 500, 'scope twice at the device endpoint', twice.status);
    }),
    check('pages say nothing to others, and stand in no frame', 'RFC 9700 §4.2.4, §4.16', async (world, notes) => {
      const { page } = await authorize(world, notes, world.newJar(), {}, { login: { login: '', password: '' } });
      const said = (name: string) => String(page.headers[name] ?? '');
      notes.must(/no-referrer|same-origin|strict-origin/.test(said('referrer-policy')), 'Referrer-Policy', said('referrer-policy'));
      notes.must(/frame-ancestors 'none'/.test(said('content-security-policy')) || /deny/i.test(said('x-frame-options')), 'no frame');
      notes.must(said('cache-control').includes('no-store'), 'Cache-Control: no-store', said('cache-control'));
    }),
    check('a fragment cannot be carried over a redirect', 'RFC 9700 §4.1.1', async (world, notes) => {
      const { page } = await authorizeForCode({ ...world, mode: 'query' }, notes);
      notes.should(new URL(page.location!).href.includes('#'), 'the redirect ends in a fragment of its own', page.location?.slice(-20));
    }),
    check('credentials in an address', 'RFC 6749 §2.3.1, RFC 9700 §4.3.2', async (world, notes) => {
      const { access_token } = await tokensOf(world, notes);
      const { token_endpoint, userinfo_endpoint } = world.metadata;
      const byQuery = await world.send(`${userinfo_endpoint}?access_token=${access_token}`);
      notes.must(byQuery.status >= 400, 'an access token in the query', byQuery.status);
      const { code } = await authorizeForCode(world, notes);
      const secret = await world.send(`${token_endpoint}?${new URLSearchParams(world.client)}`, { form: codeForm(world, code) });
      notes.must(secret.status >= 400, 'a client secret in the query', secret.status);
    }),
    check('PKCE cannot be weakened', 'RFC 9700 §4.8.2, RFC 7636 §4', async (world, notes) => {
      const refused = async (more: Record<string, string>, verifier: string, what: string) => {
        const ending = await authorize(world, notes, world.signedIn, more);
        if (ending.returned?.has('error')) return;
        const { answer } = await askToken(world, notes, codeForm(world, codeOf(ending), { code_verifier: verifier }));
        notes.must(answer.status === 400, what, answer.status);
      };
      const { verifier, challenge } = pkce();
      await refused({}, verifier, 'a verifier where no challenge was sent');
      await refused({ code_challenge: challenge }, challenge, 'plain in place of S256');
      await refused({ code_challenge: challenge, code_challenge_method: 'S256' }, challenge, 'the challenge as verifier');
      await refused({ code_challenge: challenge, code_challenge_method: 'S256' }, 'short', 'a short verifier');
      const plain = await authorize(world, notes, world.signedIn, { code_challenge: verifier, code_challenge_method: 'plain' });
      notes.should(plain.returned?.get('error') === 'invalid_request', 'plain is refused', plain.returned?.get('error') ?? 'a code');
    }),
    check('revoking a refresh token ends its access token, and the reverse', 'RFC 7009 §2.1', async (world, notes) => {
      const first = await tokensOf(world, notes);
      skipUnless(first.refresh_token !== undefined, 'none is given');
      notes.must((await revoke(world, first.refresh_token)).status === 200, 'the refresh token is revoked');
      notes.must((await askToken(world, notes, refreshForm(first))).body.error === 'invalid_grant', 'it works no more');
      notes.must(!(await isActive(world, first.access_token)), 'nor does its access token');
      const second = await tokensOf(world, notes);
      await revoke(world, second.access_token);
      notes.must(!(await isActive(world, second.access_token)), 'an access token that is revoked works no more');
      const { answer } = await askToken(world, notes, refreshForm(second));
      notes.should(answer.status === 400, 'its refresh token ends, too', answer.status);
    }),
    check('revocation is for the token’s own client, and says nothing of others', 'RFC 7009 §2.1, §2.2', async (world, notes) => {
      const { access_token } = await tokensOf(world, notes);
      await revoke(world, access_token, others(world));
      notes.must(await isActive(world, access_token), 'another client cannot revoke it');
      notes.must((await revoke(world, 'x'.repeat(43))).status === 200, 'an unknown token answers 200');
      notes.must([400, 401].includes((await revoke(world, access_token, {} as never)).status), 'nobody: refused');
    }),
    check('pushed requests: for their client, once, and not for long', 'RFC 9126 §2.2, §4', async (world, notes) => {
      const endpoint = world.metadata.pushed_authorization_request_endpoint;
      skipUnless(endpoint !== undefined, 'not offered');
      const push = async () => {
        const answer = await world.send(endpoint, { form: requestOf(world), headers: mine(world) });
        const body = readJson(answer) ?? {};
        notes.must(answer.status === 201 && Number(body.expires_in) > 0, 'answers 201 with expires_in', answer.text);
        note(world, 'request_uri', body.request_uri);
        return String(body.request_uri);
      };
      const visit = (client_id: string, request_uri: string) =>
        world.signedIn.follow(`${world.metadata.authorization_endpoint}?${new URLSearchParams({ client_id, request_uri })}`, {}, (url) =>
          url.startsWith(world.redirect_uri),
        );
      const foreign = await visit(world.second_client.client_id, await push());
      notes.must(!foreign.location?.includes('code='), 'not for another client', foreign.location);
      const request_uri = await push();
      const first = await visit(world.client.client_id, request_uri);
      const hasCode = (text: string | undefined) => Boolean(text && /[?&]code=|name="code"/.test(text));
      notes.must(hasCode(first.location) || hasCode(first.text), 'works', first.location);
      const second = await visit(world.client.client_id, request_uri);
      notes.must(!hasCode(second.location) && !hasCode(second.text), 'not a second time', second.location);
    }),
    check('device codes: what is told, and nothing before a person agreed', 'RFC 8628 §3.2, §3.5', async (world, notes) => {
      const endpoint = world.metadata['device_authorization_endpoint'];
      skipUnless(typeof endpoint === 'string', 'not offered');
      for (let i = 0; i < 2; i++) {
        const answer = await world.send(endpoint, { form: { scope: 'openid' }, headers: others(world) });
        const body = readJson(answer) ?? {};
        skipUnless(answer.status !== 400, 'the second client may not');
        notes.must(
          answer.status === 200 && String(answer.headers['cache-control']).includes('no-store'),
          'answers 200, no-store',
          answer.text,
        );
        for (const name of ['device_code', 'user_code', 'verification_uri', 'expires_in'])
          notes.must(name in body, `${name} is there`, Object.keys(body));
        note(world, 'device_code', body.device_code);
        const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: String(body.device_code) };
        const early = await world.send(world.metadata.token_endpoint, { form, headers: others(world) });
        notes.must(readJson(early)?.error === 'authorization_pending', 'authorization_pending', early.text);
        const foreign = await world.send(world.metadata.token_endpoint, { form, headers: mine(world) });
        notes.must(foreign.status === 400, 'not for another client', foreign.status);
      }
    }),
    check('access tokens live an hour at most', 'RFC 9700 §4.10', async (world, notes) => {
      const { expires_in } = await tokensOf(world, notes);
      notes.should(Number(expires_in) <= 3600, 'seconds', expires_in);
    }),
    check('codes and tokens cannot be guessed', 'RFC 6749 §10.10', async (world, notes) => {
      for (const [kind, values] of world.seen) {
        const least = Math.min(...[...values].map(entropyOf));
        notes.must(least >= 128, `${kind}: 128 bits or more`, Math.floor(least));
        notes.must(values.size > 1, `${kind}: more than one was seen`, values.size);
      }
    }),
    check('TLS 1.2 at least', 'RFC 9325 §3.1.1', async ({ issuer }, notes) => {
      const { hostname, port } = new URL(issuer);
      skipUnless(!/\.example\.(com|org)$|^localhost$|^127\./.test(hostname), 'this server has no TLS of its own');
      const answered = await new Promise<boolean>((resolve) => {
        const socket = connect({
          host: hostname,
          port: Number(port || 443),
          servername: hostname,
          minVersion: 'TLSv1',
          maxVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false));
        socket.setTimeout(scaleLimit(10_000), () => socket.destroy(new Error('no answer')));
      });
      notes.must(!answered, 'TLS 1.1 is refused');
    }),
  ],
};
