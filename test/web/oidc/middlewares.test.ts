import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { authorizationUrl, exchange, signInWithTokens } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';
import { age, refresh, tokensFor } from '../../support/tokens.ts';

describe('web/oidc: what happens around the library', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  /** Runs `work` while the store has no such table. */
  async function without<T>(table: string, work: () => Promise<T>): Promise<T> {
    const { db } = await server.scope();
    await db.schema.renameTable(table, `${table}_away`);
    try {
      return await work();
    } finally {
      await db.schema.renameTable(`${table}_away`, table);
    }
  }

  it('a code does not leave while the application cannot join the session: its sign-out would be forgotten', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const { url } = authorizationUrl(server);
    const refused = await without('session_participants', () => jar.get(url));
    expect([refused.status, refused.location, refused.headers['retry-after']]).to.deep.equal([503, undefined, '2']);
    expect(refused.text, 'a person waits for it').to.contain('Service temporarily unavailable');
    const answered = await jar.get(url);
    expect(new URL(answered.location!).searchParams.has('code'), 'the next try is served').to.equal(true);
  });

  it('a trace that cannot be written changes no answer', async () => {
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    const page = await ana.get(`${server.issuer}/admin/applications/${applicationId}/trace`);
    const on = await ana.submit(ana.form(page, /trace$/), { trace: 'on' });
    expect(on.status).to.equal(200);
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const { db } = await server.scope();
    const answer = await without('traced_exchanges', () => jar.get(authorizationUrl(server).url));
    expect(new URL(answer.location!).searchParams.has('code')).to.equal(true);
    expect(await db('traced_exchanges')).to.have.length(0);
    await jar.get(authorizationUrl(server).url);
    expect(await db('traced_exchanges'), 'it was being watched').to.have.length(1);
  });

  it('a code or refresh token that comes a second time is in the audit', async () => {
    const reuses = async () =>
      (await eventsOf(await server.scope())).filter(({ type }) => type === 'token.reuse-detected').map(({ reason }) => reason);
    const first = await signInWithTokens(server, 'jsilva', passwords.joao);
    expect(await reuses()).to.deep.equal([]);
    await exchange(server, first.code, first.verifier);
    await eventually(async () => expect(await reuses()).to.deep.equal(['authorization_code']));
    const { refresh_token } = await tokensFor(server, 'mobile', { login: 'jsilva', password: passwords.joao });
    await refresh(server, 'mobile', refresh_token);
    await age(await server.scope(), 31);
    await refresh(server, 'mobile', refresh_token);
    await eventually(async () => expect(await reuses()).to.deep.equal(['authorization_code', 'refresh_token']));
  });
});
