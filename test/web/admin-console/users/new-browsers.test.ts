import { expect } from 'chai';
import { Jar } from '../../../support/jar.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console/users: new browsers that wait', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const attempt = async (jar: Jar, password: string) => fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'jsilva', password);

  it('the page says it of who ended a block, “Allow now” ends it, and the new phone gets in', async () => {
    const own = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    for (let n = 0; n < 5; n++) await attempt(new Jar(), 'a guess of a stranger');
    const ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const { db, contextId } = await server.scope();
    const { user_id } = (await db('users').where({ context_id: contextId, username_key: 'jsilva' }).first('user_id'))!;
    const address = `${server.issuer}/admin/users/${user_id}`;
    const blocked = await ana.follow(address);
    expect(blocked.text).to.contain('Unblock').and.not.to.contain('New browsers blocked');
    expect((await ana.follow(`${address}/new-browsers`)).url, 'nothing to allow').to.equal(address);
    expect((await attempt(own, passwords.joao)).url).to.match(/launchpad$/);
    expect((await attempt(new Jar(), passwords.joao)).status, 'the new phone').to.equal(422);
    const page = await ana.follow(address);
    expect(page.text).to.contain('New browsers blocked until').and.not.to.contain('Unblock');
    const question = await ana.follow(`${address}/new-browsers`);
    const answer = await ana.submit(ana.form(question, /new-browsers$/));
    expect(answer.text).to.contain('New browsers can sign in again').and.not.to.contain('New browsers blocked until');
    expect((await attempt(new Jar(), passwords.joao)).url).to.match(/launchpad$/);
  });
});
