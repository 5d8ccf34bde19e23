import { expect } from 'chai';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { sweepArtifacts } from '../../../src/domain/records/protocol-artifacts/index.ts';
import { hashToken } from '../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { Jar, send } from '../../support/jar.ts';
import { authorize, json, token } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';
import { age, introspect, refresh, tokensFor, userinfo } from '../../support/tokens.ts';

const joao = { login: 'jsilva', password: passwords.joao };
const minute = 60;
const day = 24 * 60 * minute;

/** Proofs of a key (RFC 9449), each of its own. */
async function dpopKey(server: TestServer) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const proof = async () => ({
    dpop: await new SignJWT({ htm: 'POST', htu: `${server.issuer}/oidc/token`, jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey),
  });
  return { proof, thumbprint: await calculateJwkThumbprint(jwk) };
}

describe('web/oidc: refreshing', () => {
  let server: TestServer;
  const redirectUri = 'http://127.0.0.1:9/callback';
  const codeAndRefresh = ['authorization_code', 'refresh_token'];
  const isPublic = { token_endpoint_auth_method: 'none', redirect_uris: [redirectUri], grant_types: codeAndRefresh };
  const application = (code: string, more = {}) => ({
    code,
    name: code,
    navigable: true,
    oidc: { client_id: code, redirect_uris: [redirectUri], grant_types: codeAndRefresh, ...more },
  });
  const confidential = (code: string, more = {}) => application(code, { client_secret: clientSecret, ...more });
  const setUp = (...applications: object[]) => server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
  before(async () => {
    // behind a proxy that says where requests come from
    server = await startTestServer({ config: { trustedProxies: ['127.0.0.1'] } });
    await setUp(
      confidential('basic'),
      confidential('post', { token_endpoint_auth_method: 'client_secret_post' }),
      application('public-strict', { ...isPublic, refresh_overlap_seconds: 0 }),
      application('public-long', { ...isPublic, refresh_overlap_seconds: 300, access_token_seconds: 60 }),
      application('public-other', isPublic),
    );
  });
  after(() => server.close());

  const offline = (client: string, more = {}) => tokensFor(server, client, joao, { scope: 'openid offline_access', ...more });
  const aged = async (seconds: number) => age(await server.scope(), seconds);
  const reuses = async () => {
    const events = (await eventsOf(await server.scope())).filter(({ type }) => type === 'token.reuse-detected');
    return events.map(({ reason, outcome }) => `${reason} ${outcome}`);
  };

  describe('of whoever has a secret or key', () => {
    for (const client of ['basic', 'post'])
      it(`${client}: the token stays, whoever asks how often; each answer has an access token of its own`, async () => {
        const { refresh_token } = await offline(client);
        const many = await Promise.all(Array.from({ length: 20 }, () => refresh(server, client, refresh_token)));
        many.push(await refresh(server, client, refresh_token));
        expect(new Set(many.map(({ status }) => status))).to.deep.equal(new Set([200]));
        expect(new Set(many.map(({ body }) => body.refresh_token))).to.deep.equal(new Set([refresh_token]));
        const access = [...new Set(many.map(({ body }) => body.access_token))];
        expect(access).to.have.length(21);
        for (const one of access) expect((await userinfo(server, one)).status).to.equal(200);
      });

    it('RFC 7523: of one that signs with its key, too', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const oidc = {
        client_secret: undefined,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [await exportJWK(publicKey)] },
      };
      await setUp(application('signs', oidc));
      const assertion = async () => ({
        client_id: 'signs',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await new SignJWT({ iss: 'signs', sub: 'signs', aud: server.issuer, jti: crypto.randomUUID() })
          .setProtectedHeader({ alg: 'ES256' })
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(privateKey),
      });
      const { code, verifier } = await authorize(server, new Jar(), { client_id: 'signs', scope: 'openid', ...joao });
      const exchanged = { grant_type: 'authorization_code', code: code!, redirect_uri: redirectUri, code_verifier: verifier };
      const { refresh_token } = (await token(server.issuer, { ...exchanged, ...(await assertion()) })).body;
      const use = async () => token(server.issuer, { grant_type: 'refresh_token', refresh_token, ...(await assertion()) });
      const both = await Promise.all([use(), use()]);
      expect(both.map(({ status, body }) => [status, body.refresh_token])).to.deep.equal(Array(2).fill([200, refresh_token]));
    });

    it('RFC 9449: of a public application that proves a key, too; without the key, or with another, it is worth nothing and stays', async () => {
      const [key, other] = [await dpopKey(server), await dpopKey(server)];
      const tokens = await offline('mobile', { headers: await key.proof() });
      expect(tokens.token_type).to.equal('DPoP');
      const again = await refresh(server, 'mobile', tokens.refresh_token, { headers: await key.proof() });
      expect([again.status, again.body.refresh_token]).to.deep.equal([200, tokens.refresh_token]);
      for (const headers of [{}, await other.proof()] as Record<string, string>[])
        expect((await refresh(server, 'mobile', tokens.refresh_token, { headers })).body.error).to.equal('invalid_grant');
      expect((await refresh(server, 'mobile', tokens.refresh_token, { headers: await key.proof() })).status).to.equal(200);
    });

    it('it lasts from its last use, until the grant ends', async () => {
      const { refresh_token } = await offline('basic');
      for (const days of [10, 10]) {
        await aged(days * day);
        expect((await refresh(server, 'basic', refresh_token)).status, `${days} days later`).to.equal(200);
      }
      const { exp, iat } = (await introspect(server, 'basic', refresh_token)).body;
      expect(exp - iat, 'not beyond the grant').to.be.within(30 * day - 5, 30 * day + 5);
      await aged(9.99 * day);
      const last = await refresh(server, 'basic', refresh_token);
      expect(last.status).to.equal(200);
      expect(last.body.expires_in, 'what it says of the access token is true, too').to.be.below(0.01 * day + 5);
      await aged(0.02 * day);
      expect((await refresh(server, 'basic', refresh_token)).body.error).to.equal('invalid_grant');
    });

    it('unused for its lifetime it is over', async () => {
      const { refresh_token } = await offline('basic');
      await aged(14 * day + 1);
      expect((await refresh(server, 'basic', refresh_token)).body.error).to.equal('invalid_grant');
    });
  });

  describe('of a public application', () => {
    it('the token is exchanged for another; within the overlap it gives the same again, and that goes on', async () => {
      const { refresh_token } = await offline('mobile');
      const first = await refresh(server, 'mobile', refresh_token);
      expect(first.body.refresh_token).to.be.a('string').that.does.not.equal(refresh_token);
      await aged(20);
      const again = await refresh(server, 'mobile', refresh_token);
      expect(again.status).to.equal(200);
      const { expires_in: _, ...tokens } = first.body;
      expect(again.body).to.deep.include(tokens);
      expect(again.body.expires_in).to.be.within(870, 900);
      expect((await userinfo(server, again.body.access_token)).status).to.equal(200);
      expect((await refresh(server, 'mobile', again.body.refresh_token)).status).to.equal(200);
      expect(await reuses()).to.deep.equal([]);
    });

    it('50 at once are all answered the same, and it goes on', async () => {
      const { refresh_token } = await offline('mobile');
      const many = await Promise.all(Array.from({ length: 50 }, () => refresh(server, 'mobile', refresh_token)));
      expect(new Set(many.map(({ status }) => status))).to.deep.equal(new Set([200]));
      expect(new Set(many.map(({ body }) => `${body.access_token} ${body.refresh_token} ${body.id_token}`)).size).to.equal(1);
      expect((await refresh(server, 'mobile', many[0]!.body.refresh_token)).status).to.equal(200);
    });

    it('RFC 8628: of a device, too', async () => {
      const form = { client_id: 'mobile', scope: 'openid offline_access' };
      const { device_code, verification_uri, user_code } = json(await send(`${server.issuer}/oidc/device/authorize`, { form }));
      const jar = await signedIn(server.baseUrl, joao.login, joao.password);
      const confirm = await jar.submit(jar.form(await jar.follow(verification_uri), /oidc\/device/), { user_code });
      await jar.submit(jar.form(confirm, /oidc\/device/), { confirm: 'yes' });
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
      const { refresh_token } = (await token(server.issuer, { grant_type, device_code, client_id: 'mobile' })).body;
      const [one, two] = [await refresh(server, 'mobile', refresh_token), await refresh(server, 'mobile', refresh_token)];
      expect(one.body.refresh_token).to.be.a('string').that.does.not.equal(refresh_token);
      expect(two.body.refresh_token).to.equal(one.body.refresh_token);
      await aged(31);
      expect((await refresh(server, 'mobile', refresh_token)).body.error).to.equal('invalid_grant');
    });

    it('a tab that comes late gets the newest, not one that was used as well', async () => {
      const { refresh_token } = await offline('mobile');
      const second = (await refresh(server, 'mobile', refresh_token)).body;
      const third = (await refresh(server, 'mobile', second.refresh_token)).body;
      const late = (await refresh(server, 'mobile', refresh_token)).body;
      expect([late.access_token, late.refresh_token]).to.deep.equal([third.access_token, third.refresh_token]);
      await aged(16 * minute);
      expect((await refresh(server, 'mobile', late.refresh_token)).status).to.equal(200);
    });

    it('another scope is answered with an access token of that scope, and the same refresh token', async () => {
      const { refresh_token } = await tokensFor(server, 'mobile', joao, { scope: 'openid profile offline_access' });
      const [whole, narrow] = await Promise.all([
        refresh(server, 'mobile', refresh_token),
        refresh(server, 'mobile', refresh_token, { form: { scope: 'openid' } }),
      ]);
      expect(whole.body.refresh_token).to.equal(narrow.body.refresh_token);
      expect([whole.body.scope, narrow.body.scope]).to.deep.equal(['openid profile offline_access', 'openid']);
      for (const { body } of [whole, narrow]) expect((await userinfo(server, body.access_token)).status).to.equal(200);
      const wider = await refresh(server, 'mobile', refresh_token, { form: { scope: 'openid email' } });
      expect(wider.body.error).to.equal('invalid_scope');
    });

    it('an overlap that lasts longer than the access token gives a new one', async () => {
      const { refresh_token } = await offline('public-long');
      const first = (await refresh(server, 'public-long', refresh_token)).body;
      expect(first.expires_in).to.equal(60);
      await aged(100);
      const again = (await refresh(server, 'public-long', refresh_token)).body;
      expect([again.refresh_token, again.expires_in]).to.deep.equal([first.refresh_token, 60]);
      expect((await userinfo(server, again.access_token)).status).to.equal(200);
      expect((await userinfo(server, first.access_token)).status).to.equal(401);
    });

    it('RFC 9700 §4.14.2: after the overlap a second use ends the grant, and the audit says of whom, where and from where', async () => {
      const before = (await reuses()).length;
      const { refresh_token } = await offline('mobile');
      const first = (await refresh(server, 'mobile', refresh_token)).body;
      await aged(31);
      const elsewhere = { headers: { 'x-forwarded-for': '203.0.113.9', 'user-agent': 'stolen/1.0' } };
      expect((await refresh(server, 'mobile', refresh_token, elsewhere)).body.error).to.equal('invalid_grant');
      expect((await refresh(server, 'mobile', first.refresh_token)).body.error, 'the whole grant is gone').to.equal('invalid_grant');
      expect((await userinfo(server, first.access_token)).status).to.equal(401);
      await eventually(async () => expect(await reuses()).to.have.length(before + 1));
      const scope = await server.scope();
      const event = (await eventsOf(scope)).findLast(({ type }) => type === 'token.reuse-detected')!;
      expect(event).to.include({ outcome: 'failure', reason: 'refresh_token' });
      expect(event.applicationId).to.equal((await findApplicationByCode(scope, 'mobile'))!.applicationId);
      expect(event).to.include({ subjectKind: 'user', subjectName: 'João da Silva' });
      expect(event.actor).to.include({ kind: 'anonymous', ip: '203.0.113.9', userAgent: 'stolen/1.0' });
      expect(event.details).to.include({ application: 'Mobile' });
    });

    it('without an overlap a second use ends the grant at once, also of two at the same time', async () => {
      for (const atOnce of [false, true]) {
        const { refresh_token } = await offline('public-strict');
        const use = () => refresh(server, 'public-strict', refresh_token);
        const answers = atOnce ? await Promise.all([use(), use()]) : [await use(), await use()];
        expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 400]);
        const winner = answers.find(({ status }) => status === 200)!.body;
        expect((await refresh(server, 'public-strict', winner.refresh_token)).body.error).to.equal('invalid_grant');
      }
    });

    it('it lasts from its last use, until the grant ends', async () => {
      let { refresh_token } = await offline('mobile');
      for (const days of [10, 10, 9.99]) {
        await aged(days * day);
        const { status, body } = await refresh(server, 'mobile', refresh_token);
        expect(status, `${days} days later`).to.equal(200);
        ({ refresh_token } = body);
      }
      await aged(0.02 * day);
      expect((await refresh(server, 'mobile', refresh_token)).body.error).to.equal('invalid_grant');
    });
  });

  it('costs what it did: in one message the token with what belongs to it, and access; then the exchange', async () => {
    const names: string[] = [];
    const { database } = server.app.services;
    const { run, runBatch } = database;
    const holders = { basic: await offline('basic'), mobile: await offline('mobile') };
    const noting = (name: string, ...rest: [string, unknown[]]) => names.push(name) && run.call(database, name, ...rest);
    Object.assign(database, { run: noting, runBatch: noting });
    try {
      for (const [client, { refresh_token }] of Object.entries(holders)) {
        names.length = 0;
        expect((await refresh(server, client, refresh_token)).status).to.equal(200);
        expect(names, client).to.deep.equal(['access-facts', 'artifact-find', 'artifact-exchange']);
      }
    } finally {
      Object.assign(database, { run, runBatch });
    }
  });

  describe('the overlap in other hands', () => {
    const usedOnce = async () => {
      const tokens = await offline('mobile');
      return { used: tokens.refresh_token, next: (await refresh(server, 'mobile', tokens.refresh_token)).body };
    };
    const goesOn = async ({ refresh_token }: { refresh_token: string }) => (await refresh(server, 'mobile', refresh_token)).status === 200;

    it('another application is refused, and harms nobody', async () => {
      const { used, next } = await usedOnce();
      for (const client of ['public-other', 'basic'])
        expect((await refresh(server, client, used)).body, client)
          .to.include({ error: 'invalid_grant' })
          .and.not.have.property('access_token');
      expect(await goesOn(next)).to.equal(true);
    });

    it('another company’s application of the same name is refused', async () => {
      const { used, next } = await usedOnce();
      const theirs = { code: 'mobile', name: 'Mobile', navigable: true, oidc: { ...isPublic, client_id: 'mobile' } };
      await server.apply({ contexts: [{ code: 'other', name: 'Other Ltd', applications: [theirs] }] });
      const answer = await refresh({ issuer: `${server.baseUrl}/other` }, 'mobile', used);
      expect(answer.body.error).to.equal('invalid_grant');
      expect(await goesOn(next)).to.equal(true);
    });

    it('another key is another holder: refused, and the grant ends', async () => {
      const [key, other] = [await dpopKey(server), await dpopKey(server)];
      for (const [first, second] of [
        [await key.proof(), await other.proof()],
        [await key.proof(), {}],
        [{}, await other.proof()],
      ] as Record<string, string>[][]) {
        const { refresh_token } = await offline('mobile');
        const next = await refresh(server, 'mobile', refresh_token, { headers: first });
        expect(next.status).to.equal(200);
        const stolen = await refresh(server, 'mobile', refresh_token, { headers: second });
        expect(stolen.body).to.include({ error: 'invalid_grant' }).and.not.have.property('access_token');
        expect(await goesOn(next.body)).to.equal(false);
      }
    });

    it('another address is answered, as a phone changes its network, and is recorded', async () => {
      const { used, next } = await usedOnce();
      const before = await reuses();
      const answer = await refresh(server, 'mobile', used, { headers: { 'x-forwarded-for': '203.0.113.7' } });
      expect(answer.body.refresh_token).to.equal(next.refresh_token);
      expect((await refresh(server, 'mobile', used)).status).to.equal(200);
      expect(await reuses(), 'the same address is no event').to.deep.equal([...before, 'refresh_overlap success']);
      const event = (await eventsOf(await server.scope())).findLast(({ type }) => type === 'token.reuse-detected')!;
      expect([event.actor.ip, event.subjectName]).to.deep.equal(['203.0.113.7', 'João da Silva']);
      expect(await goesOn(next)).to.equal(true);
    });

    it('nobody else is told anything by it: not introspection, not userinfo; and revoking it ends all', async () => {
      const { used, next } = await usedOnce();
      const tokens = await offline('basic');
      expect((await introspect(server, 'basic', used)).body).to.deep.equal({ active: false });
      expect((await userinfo(server, used)).status).to.equal(401);
      await send(`${server.issuer}/oidc/revoke`, { form: { token: used, client_id: 'mobile' } });
      expect((await refresh(server, 'mobile', used)).body.error).to.equal('invalid_grant');
      expect(await goesOn(next)).to.equal(false);
      expect((await refresh(server, 'basic', tokens.refresh_token)).status, 'another application’s grant goes on').to.equal(200);
    });

    it('whoever lost the application, or signed out, gets nothing more by it', async () => {
      const jar = new Jar();
      const { refresh_token } = await tokensFor(server, 'mobile', joao, { jar });
      const next = await refresh(server, 'mobile', refresh_token);
      expect(next.status).to.equal(200);
      await jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/));
      expect((await refresh(server, 'mobile', refresh_token)).body.error).to.equal('invalid_grant');

      const { used } = await usedOnce();
      const scope = await server.scope();
      await scope.db('applications').where({ context_id: scope.contextId, code: 'mobile' }).update({ navigable: false });
      try {
        expect((await refresh(server, 'mobile', used)).body.error).to.equal('invalid_grant');
      } finally {
        await scope.db('applications').where({ context_id: scope.contextId, code: 'mobile' }).update({ navigable: true });
      }
    });

    it('Law 7: the store has no token that could be read or moved, and nothing of it when it is swept', async () => {
      const { used, next } = await usedOnce();
      const { db, contextId } = await server.scope();
      const rows = JSON.stringify(await db('oidc_artifacts').select('*'));
      for (const value of [used, next.refresh_token, next.access_token]) expect(rows).not.to.contain(value);
      const other = await usedOnce();
      const answers = () => db('oidc_artifacts').where({ context_id: contextId, kind: 'RefreshAnswer' });
      const moved = await answers().where('id_hash', hashToken(other.used)).first('payload');
      await answers()
        .where('id_hash', hashToken(used))
        .update({ payload: JSON.stringify(moved!.payload) });
      const forged = await refresh(server, 'mobile', used);
      expect(forged.status, 'another’s answer is not opened').to.be.within(500, 503);
      await aged(301);
      await sweepArtifacts(db);
      expect(await answers()).to.have.length(0);
    });
  });
});
