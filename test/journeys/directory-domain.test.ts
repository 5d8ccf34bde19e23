import { expect } from 'chai';
import { Attribute, Change } from 'ldapts';
import { changeSettings } from '../../src/domain/company/context-settings/index.ts';
import { directoryRules, listAgents } from '../../src/domain/people/directories/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import type { DirectoryId } from '../../src/domain/scope.ts';
import { type LinkedDirectory, linkDirectory } from '../support/directory-company.ts';
import { directoryPassword, oddPeople, people } from '../support/directory-people.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually } from '../support/process.ts';
import { type Samba, startSamba } from '../support/samba.ts';
import { accounts } from '../support/samba-domain.ts';
import { signedIn, startTestServer, type TestServer } from '../support/server.ts';

const serviceAccounts = Object.values(accounts).map(({ name }) => `Service ${name}`);
const mail = (login: string): string => `${login}@directory.example`;

describe('an Active Directory of two controllers', () => {
  let server: TestServer;
  let samba: Samba;
  let company: LinkedDirectory;
  const everyone = [...people(20), ...oddPeople()];
  const [, moved, disabled, deleted] = everyone.map(({ login }) => login) as [string, string, string, string];

  before(async function () {
    this.timeout(180_000);
    needSoftware(this, 'samba', 'openssl');
    [server, samba] = await Promise.all([startTestServer({ jobs: true }), startSamba({ controllers: 2 })]);
    await samba.addPeople(everyone);
    await samba.addGroup('Inner', ['p000001', 'odd1']);
    await samba.addGroup('Outer', ['Inner', 'p000002']);
    await samba.addGroup('Primary', ['p000003']);
    await samba.makePrimary('p000003', 'Primary');
    await samba.replace('Inner', { member: await Promise.all(['p000001', 'odd1', 'Outer'].map((name) => samba.find(name))) });
    await samba.replicate();
    company = await linkDirectory(server, samba);
  });
  after(async () => {
    await company?.agent.stop();
    await samba?.stop();
    await server?.close();
  });

  it('people arrive with their groups: nested, in a circle, primary', async () => {
    const first = await company.run();
    expect([first.state, first.stopReason]).to.deep.equal(['stopped', 'first-run']);
    expect((await company.approve(first)).state).to.equal('done');
    await company.acceptAll();
    expect(await company.active()).to.deep.equal(everyone.map(({ login }) => mail(login)).sort());
    const inside = ['p000001', 'p000002', 'odd1'].map(mail).sort();
    expect(await company.members('Inner')).to.deep.equal(inside);
    expect(await company.members('Outer')).to.deep.equal(inside);
    expect(await company.members('Primary')).to.deep.equal([mail('p000003')]);
    const waiting = await company.entries('pending', 'person');
    expect(
      waiting.map(({ name }) => name),
      'nobody that is part of every domain',
    ).to.have.members(serviceAccounts);
    expect((await company.entries('accepted', 'group')).map(({ name }) => name)).not.to.include.oneOf(['Domain Admins', 'Users']);
  });

  it('who is moved stays, who is disabled or deleted there is deactivated here, and comes back with the account', async () => {
    await samba.move(moved, `CN=${moved},OU=Services,${samba.baseDn}`);
    await samba.disable(disabled);
    await samba.remove(deleted);
    const run = await company.run();
    expect([run.state, run.way, run.counts.people.leaving]).to.deep.equal(['done', 'dirsync', 2]);
    const rest = everyone.map(({ login }) => mail(login)).filter((login) => login !== mail(disabled) && login !== mail(deleted));
    expect(await company.active()).to.deep.equal(rest.sort());
    await samba.enable(disabled);
    expect((await company.run()).counts.people.returning).to.equal(1);
    expect(await company.active()).to.deep.equal([...rest, mail(disabled)].sort());
  });

  it('S14: the second controller goes on when the first falls, with sign-ins and readings, and the first when it is back; nobody leaves by it', async function () {
    this.timeout(120_000);
    const [first, second] = samba.controllers as [Samba['controllers'][0], Samba['controllers'][0]];
    await samba.replicate();
    const before = await company.active();
    await changeSettings(company.scope, directoryRules, { signIn: true }, 0);
    server.app.services.forgetCached(company.scope.contextId);
    const signIn = async () => (await signedIn(server.baseUrl, mail('p000001'), directoryPassword)).get(`${server.issuer}/launchpad`);
    const rereads = async (isWhole: boolean) => {
      const run = await company.run({ isWhole });
      expect([run.state, run.counts.people.leaving]).to.deep.equal(['done', 0]);
      return run;
    };
    const expectUp = (...expected: boolean[]) =>
      eventually(async () => {
        const [agent] = await listAgents(company.scope, company.directoryId as DirectoryId);
        expect(agent?.status?.servers.map(({ isUp }) => isUp)).to.deep.equal(expected);
      }, 50_000);
    await expectUp(true, true);
    await signIn();

    const dn = await samba.find('p000001');
    await first.kill();
    for (let n = 0; n < 3; n++) await signIn();
    await expectUp(false, true);
    const atSecond = await second.client();
    const department = new Attribute({ type: 'department', values: ['Stores'] });
    await atSecond.modify(dn, new Change({ operation: 'replace', modification: department }));
    expect((await rereads(false)).counts.people.changed).to.be.at.least(1);

    await first.start();
    await expectUp(true, true);
    await samba.replicate();
    // what one controller wrote is not lost with it
    await second.kill();
    await signIn();
    await expectUp(true, false);
    await rereads(false);
    await rereads(true);
    expect(await company.active()).to.deep.equal(before);
    const user = await findUserByLogin(company.scope, mail('p000001'));
    expect(user?.department).to.equal('Stores');
    await second.start();
  });

  it('an account without the right to read changes reads them by their numbers', async () => {
    const { dn, password } = samba.plain;
    const admin = await samba.client();
    const directoryTime = async () =>
      (await admin.search('', { scope: 'base', attributes: ['currentTime'] })).searchEntries[0]?.currentTime;
    const branch = await linkDirectory(server, samba, {
      name: 'By numbers',
      env: { SMARTSYNC_BIND_DN: dn, SMARTSYNC_BIND_PASSWORD: password },
    });
    try {
      expect((await branch.approve(await branch.run())).state).to.equal('done');
      // who is made in the very second of a reading is read by one more whole one
      const read = await directoryTime();
      await eventually(async () => expect(await directoryTime()).not.to.equal(read));
      await samba.addPerson({ login: 'late', firstName: 'Late', lastName: 'Comer', email: mail('late'), password: 'Network-Passw0rd' });
      const run = await branch.run({ isWhole: false });
      expect([run.way, run.isWhole, run.counts.people.added]).to.deep.equal(['usn', false, 1]);
    } finally {
      await branch.agent.stop();
    }
  });
});
