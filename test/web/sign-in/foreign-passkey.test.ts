import { expect } from 'chai';
import { Jar } from '../../support/jar.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';
import { answerPasskey, createSoftwarePasskey } from '../../support/software-passkey.ts';

describe('web/sign-in: another person’s passkey', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ host: 'localhost' }); // a name: passkeys need one
  });
  after(() => server.close());

  it('as a second factor it is refused; the audit knows, and no attempt is used up', async () => {
    const [own, foreign] = [createSoftwarePasskey(server.baseUrl), createSoftwarePasskey(server.baseUrl)];
    for (const [login, password, passkey] of [
      ['jsilva', passwords.joao, own],
      ['ana@acme.example', passwords.ana, foreign],
    ] as const) {
      const jar = await signedIn(server.baseUrl, login, password);
      await answerPasskey(jar, await jar.follow(`${server.issuer}/account/second-factors/new/passkey`), passkey);
    }
    const jar = new Jar();
    const asked = await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'jsilva', passwords.joao);
    expect(asked.url).to.match(/second-factor$/);
    const scope = await server.scope();
    const counted = () => scope.db('sign_in_attempts').select('user_id', 'failed');
    const before = await counted();
    for (let n = 0; n < 8; n++) expect((await answerPasskey(jar, asked, foreign)).status).to.equal(422);
    expect(await counted()).to.deep.equal(before);
    expect(await scope.db('audit_events').where({ type: 'sign-in.failed' }).pluck('reason')).to.deep.equal(Array(8).fill('wrong-passkey'));
  });
});
