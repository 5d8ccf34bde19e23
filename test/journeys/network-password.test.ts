import { expect } from 'chai';
import { Client } from 'ldapts';
import { changeSettings } from '../../src/domain/company/context-settings/index.ts';
import { addDirectory, directoryRules, getDirectory, stateOf } from '../../src/domain/people/directories/index.ts';
import { createUser } from '../../src/domain/people/users/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { directoryPassword, people } from '../support/directory-people.ts';
import { Jar } from '../support/jar.ts';
import { personDn } from '../support/ldif.ts';
import { needSoftware } from '../support/missing.ts';
import { linkTo } from '../support/network.ts';
import { eventually } from '../support/process.ts';
import { fillSignIn, startTestServer, type TestServer } from '../support/server.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';
import { lockoutThreshold } from '../support/slapd-settings.ts';
import { type SmartSyncProcess, startSmartSync } from '../support/smartsync.ts';

describe('journeys: the password of the network, at a real OpenLDAP through a real agent', function () {
  this.timeout(60_000);
  let server: TestServer;
  let scope: Scope;
  let slapd: Slapd;
  let agent: SmartSyncProcess | undefined;
  const all = [...people(5)];
  const dnOf = (n: number) => personDn(all[n]!, slapd.baseDn);

  before(async function () {
    needSoftware(this, 'slapd', 'openssl');
    slapd = await startSlapd({ people: all });
    server = await startTestServer();
    scope = await server.scope();
    const { directory, token } = await addDirectory(scope, { name: 'Head office' });
    const { directoryId } = directory;
    agent = await startSmartSync({ server: server.issuer, token, directory: slapd, account: 'writer' });
    await eventually(async () => expect(stateOf(await getDirectory(scope, directoryId))).to.equal('configured'));
    await changeSettings(scope, directoryRules, { signIn: true }, 0);
    const client = await slapd.client();
    for (const [n, { email, firstName, lastName }] of all.entries()) {
      const { searchEntries } = await client.search(dnOf(n), { scope: 'base', attributes: ['entryUUID'] });
      const person = { email: email!, firstName, lastName, role: 'regular', status: 'activated' } as const;
      const { userId } = await createUser(scope, person);
      await linkTo(scope, directoryId, userId, { entryId: String(searchEntries[0]!.entryUUID), dn: dnOf(n) });
    }
    server.app.services.forgetCached(scope.contextId);
  });
  after(async () => {
    await agent?.stop();
    await server?.close();
    await slapd?.stop();
  });

  async function signIn(n: number, password = directoryPassword, jar = new Jar()) {
    const page = await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), all[n]!.email!, password);
    return { jar, page };
  }
  async function bind(n: number, password: string): Promise<string> {
    const client = new Client({ url: slapd.url });
    try {
      await client.bind(dnOf(n), password);
      return 'yes';
    } catch {
      return 'no';
    } finally {
      await client.unbind();
    }
  }
  const changeTo = (jar: Jar, page: Awaited<ReturnType<Jar['get']>>, newPassword: string) =>
    jar.submit(jar.form(page, /network-password$/), { currentPassword: directoryPassword, newPassword, repeatPassword: newPassword });

  it('opens the Launchpad, and a wrong one does not', async () => {
    expect((await signIn(0)).page.url).to.match(/launchpad$/);
    expect((await signIn(0, 'a wrong guess')).page.status).to.equal(422);
  });

  it('strangers do not lock the account there', async () => {
    for (let n = 0; n < lockoutThreshold + 2; n++) expect((await signIn(1, 'a wrong guess')).page.status).to.equal(422);
    expect(await bind(1, directoryPassword)).to.equal('yes');
  });

  it('one that was given by somebody else is changed on our page, as the policy there wants it', async () => {
    await slapd.replace(dnOf(2), { pwdReset: 'TRUE' });
    const { jar, page } = await signIn(2);
    expect(page.text).to.contain('asks you to choose a new password');
    const short = await changeTo(jar, page, 'short');
    expect(short.status).to.equal(422);
    expect(short.text).to.contain('asks for a longer password');
    const done = await changeTo(jar, short, 'Another-Passw0rd there');
    expect(done.url).to.match(/launchpad$/);
    expect(await bind(2, 'Another-Passw0rd there')).to.equal('yes');
    expect(await bind(2, directoryPassword)).to.equal('no');
  });

  it('an account that is locked there looks like a wrong password', async () => {
    await slapd.replace(dnOf(3), { pwdAccountLockedTime: '000001010000Z' });
    const { page } = await signIn(3);
    expect(page.status).to.equal(422);
    expect(page.text).to.contain('That did not work').and.not.to.contain('disabled');
  });

  it('a directory that takes connections and answers nothing keeps one person waiting; then it goes on', async () => {
    slapd.pause();
    const times: number[] = [];
    for (let n = 0; n < 3; n++) {
      const before = performance.now();
      expect((await signIn(4)).page.status).to.equal(422);
      times.push(performance.now() - before);
    }
    slapd.resume();
    expect(times[0]).to.be.below(6000);
    for (const time of times.slice(1)) expect(time).to.be.below(2500);
    await eventually(async () => expect((await signIn(4)).page.url).to.match(/launchpad$/));
  });
});
