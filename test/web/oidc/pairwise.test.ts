import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { type RunningApplication, startApplication } from '../../support/application.ts';
import { type Jar, send } from '../../support/jar.ts';
import { authorize, basic, exchange, json, token } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: pairwise subjects (OpenID Connect Core §8)', () => {
  let server: TestServer;
  let rp: RunningApplication;
  let ana: Jar;
  let anaId: string;
  const clients = ['first', 'second', 'sister', 'open'] as const;

  before(async () => {
    server = await startTestServer({ jobs: true });
    rp = await startApplication();
    const client = (code: string, redirect: string, more: Record<string, unknown> = {}) => ({
      code,
      name: code,
      navigable: true,
      oidc: {
        client_id: code,
        client_secret: clientSecret,
        redirect_uris: [redirect],
        post_logout_redirect_uris: [`${new URL(redirect).origin}/bye`],
        grant_types: ['authorization_code', 'refresh_token'],
        subject_type: 'pairwise',
        ...more,
      },
    });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          applications: [
            client('first', `${rp.origin}/callback`, { backchannel_logout_uri: `${rp.origin}/logout` }),
            client('second', 'https://second.example/callback'),
            client('sister', 'https://sister.example/callback', { sector_identifier_uri: 'https://second.example/sector.json' }),
            client('open', 'https://open.example/callback', { subject_type: 'public' }),
          ],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    anaId = (await findUserByLogin(await server.scope(), 'ana@acme.example'))!.userId;
  });
  after(async () => {
    await server.close();
    await rp.close();
  });

  const redirectOf = async (client: string) => (await findApplicationByCode(await server.scope(), client))!.oidc!.redirect_uris[0]!;
  async function signIn(client: string, jar = ana, extra: Record<string, string> = {}) {
    const redirectUri = await redirectOf(client);
    const { code, verifier, answer } = await authorize(server, jar, { client_id: client, redirect_uri: redirectUri, ...extra });
    if (!code) throw new Error(`no code: ${answer.status} ${answer.location ?? answer.text.slice(0, 500)}`);
    const { body } = await exchange(server, code, verifier, { client, redirectUri });
    return { tokens: body, sub: decodeJwt(body.id_token).sub! };
  }
  const subOf = async (client: string, jar?: Jar) => (await signIn(client, jar)).sub;

  it('are stable, opaque, and others in each sector and for each person', async () => {
    const [first, second, sister, open] = await Promise.all(clients.map((client) => subOf(client)));
    expect(first).to.match(/^[\w-]{22}$/);
    expect(await subOf('first'), 'the same again').to.equal(first);
    expect(await subOf('first', await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana)), 'in another browser').to.equal(first);
    expect(new Set([first, second, anaId])).to.have.property('size', 3);
    expect(sister, 'of one sector').to.equal(second);
    expect(open).to.equal(anaId);
    expect(await subOf('first', await signedIn(server.baseUrl, 'jsilva', passwords.joao))).to.not.equal(first);
    const scope = await server.scope();
    const [row, ...more] = await scope.db('subject_keys').where('context_id', scope.contextId);
    expect([more, row!.key_encrypted]).to.deep.equal([[], row!.key_encrypted]);
    expect(json(await send(`${server.issuer}/.well-known/openid-configuration`)).subject_types_supported).to.deep.equal([
      'public',
      'pairwise',
    ]);
  });

  it('are said by every document about the person alike: ID tokens old and new, userinfo, introspection of anybody', async () => {
    const { tokens, sub } = await signIn('first');
    const userinfo = await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(json(userinfo).sub).to.equal(sub);
    for (const asker of ['first', 'second', 'open']) {
      const form = { token: tokens.access_token };
      const answer = json(await send(`${server.issuer}/oidc/introspect`, { form, headers: basic(asker, clientSecret) }));
      expect(answer.active, asker).to.equal(asker === 'first');
      if (answer.active) expect(answer.sub, asker).to.equal(sub);
      expect(JSON.stringify(answer)).to.not.contain(anaId);
    }
    const refreshed = await token(
      server.issuer,
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
      basic('first', clientSecret),
    );
    expect(decodeJwt(refreshed.body.id_token).sub).to.equal(sub);
    for (const told of [tokens.id_token, refreshed.body.id_token, userinfo.text])
      expect(Buffer.from(told.split('.')[1] ?? told, 'base64url').toString() + told).to.not.contain(anaId);
  });

  it('are understood where an application names the person: id_token_hint, and the claim sub', async () => {
    const { tokens, sub } = await signIn('first');
    const silent = { client_id: 'first', redirect_uri: await redirectOf('first'), prompt: 'none' };
    const withSub = (value: string) => ({ ...silent, claims: JSON.stringify({ id_token: { sub: { value } } }) });
    expect((await authorize(server, ana, { ...silent, id_token_hint: tokens.id_token })).code).to.be.a('string');
    expect((await authorize(server, ana, withSub(sub))).code).to.be.a('string');
    expect((await authorize(server, ana, withSub(anaId))).error, 'not by the id of our own').to.equal('login_required');
    expect((await authorize(server, ana, withSub(await subOf('second')))).error).to.equal('login_required');
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await authorize(server, joao, { ...silent, id_token_hint: tokens.id_token })).error).to.equal('login_required');
  });

  it('stand in logout tokens, and an ID token of one ends the session', async () => {
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const { tokens, sub } = await signIn('first', jar);
    const query = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: `${rp.origin}/bye`, state: 'z' });
    const page = await jar.get(`${server.issuer}/oidc/sign-out?${query}`);
    const done = await jar.submit(jar.form(page, /confirm/), { logout: 'yes' }, () => true);
    expect(done.location).to.equal(`${rp.origin}/bye?state=z`);
    await eventually(async () => expect(rp.arrivals.map(({ target }) => target)).to.include('/logout'));
    const { body } = rp.arrivals.find(({ target }) => target === '/logout')!;
    const logout = decodeJwt(new URLSearchParams(body).get('logout_token')!);
    expect(logout).to.include({ sub, aud: 'first', sid: decodeJwt(tokens.id_token).sid });
  });

  it('lead an administrator to the person: in the list of people and in the audit report', async () => {
    const joao = await subOf('first', await signedIn(server.baseUrl, 'jsilva', passwords.joao));
    const list = await ana.get(`${server.issuer}/admin/users?q=${joao}`);
    expect(list.text).to.contain('João da Silva').and.not.contain('ana@acme.example</td>');
    const nobody = await ana.get(`${server.issuer}/admin/users?q=${'A'.repeat(22)}`);
    expect(nobody.text).to.not.contain('João da Silva');
    const report = await ana.get(`${server.issuer}/admin/audit?person=${joao}`);
    expect(report.text).to.contain('João da Silva');
  });

  it('change only when somebody says so; where no single host is the sector, one has to be given', async () => {
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'second'))!;
    const path = `${server.issuer}/admin/applications/${applicationId}/edit`;
    const save = async (changes: Record<string, string>) => {
      const { action, entries } = ana.form(await ana.get(path), /edit$/);
      const form = new URLSearchParams(entries);
      for (const [name, value] of Object.entries(changes)) form.set(name, value);
      return ana.get(action, { form });
    };
    const { sub: before, tokens } = await signIn('second');
    for (const changes of [{ subject_type: 'public' }, { redirect_uris: 'https://moved.example/callback' }] as Record<string, string>[]) {
      const refused = await save(changes);
      expect([refused.status, refused.text.includes('every person as new')], JSON.stringify(changes)).to.deep.equal([422, true]);
    }
    const two = await save({ redirect_uris: 'https://second.example/callback\nhttps://third.example/callback' });
    expect([two.status, two.text.includes('several hosts')]).to.deep.equal([422, true]);
    const kept = await save({
      redirect_uris: 'https://second.example/callback\nhttps://third.example/callback',
      sector_identifier_uri: 'https://second.example/',
    });
    expect(kept.status, 'the same sector').to.equal(303);
    expect(await subOf('second')).to.equal(before);
    expect((await save({ subject_type: 'public', new_subjects: 'yes' })).status).to.equal(303);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const late = await token(server.issuer, form, basic('second', clientSecret));
    expect(late.body.error, 'it knew another subject').to.equal('invalid_grant');
    expect(await subOf('second')).to.equal(anaId);
  });
});
