import { expect } from 'chai';
import { endSessionsOfUser } from '../../../src/domain/sign-in/sessions/index.ts';
import { type Jar, send } from '../../support/jar.ts';
import { authorize, exchange, json } from '../../support/oidc.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';
import { watchStatements } from '../../support/statements.ts';

/** What is sent to a connection in one turn is one message: it is answered in one round trip. */
async function countRoundTrips(work: () => Promise<unknown>): Promise<number> {
  const inThisTurn = new Set<object>();
  let count = 0;
  await watchStatements((_, connection) => {
    if (inThisTurn.has(connection)) return;
    count++;
    inThisTurn.add(connection);
    setImmediate(() => inThisTurn.delete(connection));
  }, work);
  return count;
}

describe('web/oidc: what is read ahead by whose a session or code is', () => {
  let server: TestServer;
  let jar: Jar;
  before(async () => {
    server = await startTestServer();
    jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    await flow(); // joins the application to the session
    await flow();
  });
  after(() => server.close());

  async function flow(): Promise<void> {
    const { code, verifier } = await authorize(server, jar, { scope: 'openid' });
    expect((await exchange(server, code!, verifier)).status).to.equal(200);
  }

  async function whileBlocked(work: () => Promise<unknown>): Promise<void> {
    const { db } = await server.scope();
    const become = (status: 'blocked' | 'activated') => db('users').where({ username_key: 'jsilva' }).update({ status });
    await become('blocked');
    try {
      await work();
    } finally {
      await become('activated');
    }
  }

  it('a code flow with a session costs two round trips at each endpoint', async () => {
    expect(await countRoundTrips(flow)).to.equal(4);
  });

  it('userinfo costs one round trip, in the process that issued the token', async () => {
    const { code, verifier } = await authorize(server, jar, { scope: 'openid profile' });
    const { access_token: token } = (await exchange(server, code!, verifier)).body;
    const userinfo = () => send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(await countRoundTrips(async () => expect(json(await userinfo())).to.include({ family_name: 'da Silva' }))).to.equal(1);
    await whileBlocked(async () => expect((await userinfo()).status).to.equal(401));
  });

  it('a person who was blocked after the code was issued gets no tokens for it', async () => {
    const { code, verifier } = await authorize(server, jar);
    await whileBlocked(async () => expect((await exchange(server, code!, verifier)).body).to.include({ error: 'invalid_grant' }));
  });

  it('a session that has ended is none, though this process remembers whose it was', async () => {
    const scope = await server.scope();
    const { code, verifier } = await authorize(server, jar);
    const person = await scope.db('users').where({ context_id: scope.contextId, username_key: 'jsilva' }).first('user_id');
    await endSessionsOfUser(scope, person!.user_id, 'password-changed');
    expect((await authorize(server, jar, { prompt: 'none' })).error).to.equal('login_required');
    expect((await exchange(server, code!, verifier)).body, 'a code that is bound to it').to.include({ error: 'invalid_grant' });
  });
});
