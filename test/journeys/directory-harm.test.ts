import { expect } from 'chai';
import { getDirectory } from '../../src/domain/people/directories/index.ts';
import { type LinkedDirectory, linkDirectory } from '../support/directory-company.ts';
import { groups, oddPeople, people } from '../support/directory-people.ts';
import { groupDn, personDn, personEntry } from '../support/ldif.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually } from '../support/process.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';

const baseDn = 'dc=directory,dc=example';
const everyone = [...people(100), ...oddPeople()];
const [withoutId] = people(1);
const usable = everyone.slice(1);
const mail = (login: string): string => `${login}@directory.example`;
const teams = groups(5, everyone);

/** One entry of which the agent is not told the entryUUID, as virtual entries have none. */
const hidden = `access to dn.exact="${personDn(withoutId!, baseDn)}" attrs=entryUUID by * none`;
const nobodySeen = `access to dn.subtree="ou=People,${baseDn}" by dn.exact="cn=sync,${baseDn}" none by * break`;

describe('what happens to a directory harms nobody', () => {
  let server: TestServer;
  let slapd: Slapd;
  let company: LinkedDirectory;
  const all = usable.map(({ login }) => mail(login)).sort();

  before(async function () {
    needSoftware(this, 'slapd', 'openssl');
    const circle = [
      { name: 'Inner', members: ['p000002', 'odd1'], groups: ['Outer'] },
      { name: 'Outer', members: ['p000003'], groups: ['Inner'] },
    ];
    [server, slapd] = await Promise.all([
      startTestServer({ jobs: true }),
      startSlapd({ baseDn, people: everyone, groups: [...teams, ...circle], rights: hidden }),
    ]);
    company = await linkDirectory(server, slapd);
  });
  after(async () => {
    await company?.agent.stop();
    await slapd?.stop();
    await server?.close();
  });

  /** Nobody of those here left, and no group lost anybody. */
  const expectNoHarm = async () => {
    expect(await company.active()).to.deep.equal(all);
    expect(await company.members('Team 1')).to.have.length(teams[0]!.members!.length - 1);
  };
  const expectNothingToDo = async () => {
    const { state, counts } = await company.run({ isWhole: true });
    expect({ state, people: counts.people, groups: counts.groups, members: counts.members }).to.deep.equal({
      state: 'done',
      people: { added: 0, changed: 0, leaving: 0, returning: 0 },
      groups: { added: 0, changed: 0, leaving: 0, returning: 0 },
      members: { added: 0, removed: 0 },
    });
    await expectNoHarm();
  };
  const stopsFor = async (reason: string) => {
    const run = await company.run({ isWhole: true });
    expect([run.state, run.stopReason]).to.deep.equal(['stopped', reason]);
    await expectNoHarm();
    await company.decline(run);
    await expectNoHarm();
    return run;
  };

  it('the first run asks; an entry without an id is named, and stops nothing', async () => {
    const preview = await company.run({ purpose: 'preview' });
    expect(preview.counts).to.deep.include({ unusable: 1 });
    expect(await company.entries('pending')).to.deep.equal([]);
    const run = await company.run();
    expect([run.state, run.stopReason, run.counts.people.added]).to.deep.equal(['stopped', 'first-run', usable.length]);
    const unusable = (await company.changes(run)).filter(({ change }) => change === 'unusable');
    expect(unusable.map(({ name }) => name)).to.deep.equal([personDn(withoutId!, baseDn)]);
    expect((await company.approve(run)).state).to.equal('done');
    expect(await company.acceptAll()).to.deep.include({ done: usable.length + teams.length + 2 });
    await expectNoHarm();
  });

  it('people of any distinguished name arrive, and are in their groups', async () => {
    const accepted = await company.entries('accepted', 'person');
    for (const person of oddPeople()) {
      const entry = accepted.find(({ login }) => login === mail(person.login));
      expect(entry?.name, person.rdn).to.equal(`${person.firstName} ${person.lastName}`);
    }
    for (const { name, members = [] } of teams)
      expect(await company.members(name)).to.deep.equal(
        members
          .filter((login) => login !== withoutId!.login)
          .map(mail)
          .sort(),
      );
  });

  it('groups in a circle have each other’s people', async () => {
    const both = ['p000002', 'p000003', 'odd1'].map(mail).sort();
    expect(await company.members('Inner')).to.deep.equal(both);
    expect(await company.members('Outer')).to.deep.equal(both);
  });

  it('an empty answer stops the run', async () => {
    await slapd.restart(`${hidden}\n${nobodySeen}`);
    await stopsFor('nobody-found');
    await slapd.restart(hidden);
    await expectNothingToDo();
  });

  it('a wrong base stops the run; with one that is not there, the directory is not available', async () => {
    await company.agent.kill();
    await company.agent.start({ SMARTSYNC_BASE_DN: `ou=Groups,${baseDn}` });
    await stopsFor('nobody-found');
    await company.agent.kill();
    await company.agent.start({ SMARTSYNC_BASE_DN: `ou=Nowhere,${baseDn}` });
    await eventually(async () =>
      expect(await getDirectory(company.scope, company.directoryId)).to.include({ unavailableReason: 'base-not-found' }),
    );
    await expectNoHarm();
    await company.agent.kill();
    await company.agent.start();
    await expectNothingToDo();
  });

  it('a filter that matches half stops the run', async () => {
    await company.set({ userFilter: '(&(objectClass=inetOrgPerson)(|(uid=*1)(uid=*3)(uid=*5)(uid=*7)(uid=*9)))' });
    const run = await stopsFor('many-people-leaving');
    expect(run.counts.people.leaving).to.be.within(40, 70);
    await company.set({ userFilter: undefined });
    await expectNothingToDo();
  });

  it('a renamed unit moves everybody, and nobody leaves', async () => {
    const rename = async (from: string, to: string) => {
      await slapd.rename(`ou=${from},${baseDn}`, `ou=${to},${baseDn}`);
      // OpenLDAP renames members of a group one by one only
      const moved = (member: string[]) => member.map((dn) => dn.replace(`ou=${from},`, `ou=${to},`));
      const client = await slapd.client();
      const { searchEntries } = await client.search(baseDn, { filter: '(objectClass=groupOfNames)', attributes: ['member'] });
      for (const { dn, member } of searchEntries) await slapd.replace(dn, { member: moved([member as string[]].flat()) });
    };
    await rename('People', 'Staff');
    const run = await company.run({ isWhole: true });
    expect([run.state, run.counts.people.leaving, run.counts.members.removed]).to.deep.equal(['done', 0, 0]);
    const accepted = await company.entries('accepted', 'person');
    expect(accepted.filter(({ dn }) => !dn.includes(',ou=Staff,'))).to.deep.equal([]);
    await expectNoHarm();
    await rename('Staff', 'People');
    expect((await company.run({ isWhole: true })).state).to.equal('done');
    await expectNothingToDo();
  });

  it('who is deleted there is deactivated here, and only they', async () => {
    const leaver = everyone[9]!;
    await slapd.remove(personDn(leaver, baseDn));
    const run = await company.run();
    expect([run.state, run.counts.people.leaving]).to.deep.equal(['done', 1]);
    expect(await company.active()).to.deep.equal(all.filter((login) => login !== mail(leaver.login)));
    await slapd.add([personEntry(leaver, baseDn)]);
    const back = await company.run();
    expect([back.state, back.counts.people.added]).to.deep.equal(['done', 1]);
    const [waiting] = await company.entries('pending', 'person');
    expect([waiting?.login, waiting?.reason]).to.deep.equal([mail(leaver.login), 'conflict']);
  });

  it('people of a second directory with the same names wait, and nobody is mixed up', async () => {
    const second = await startSlapd({ baseDn, people: people(20), groups: groups(2, [...people(20)]) });
    const before = [await company.active(), await company.members('Team 1'), await company.members('Team 2')];
    const branch = await linkDirectory(server, second, { name: 'Branch' });
    try {
      const run = await branch.approve(await branch.run());
      expect([run.state, run.counts.people.added]).to.deep.equal(['done', 20]);
      const { refused } = await branch.acceptAll();
      expect(refused).to.deep.equal([{ reason: 'conflict', n: 19 }]);
      expect(await branch.active()).to.deep.equal([mail(withoutId!.login)]);
      expect(await company.members('Team 1 (Branch)')).to.deep.equal([mail(withoutId!.login)]);
      expect([await company.active(), await company.members('Team 1'), await company.members('Team 2')]).to.deep.equal(before);
    } finally {
      await branch.agent.stop();
      await second.stop();
    }
  });

  it('a group of 5,000 comes whole, and loses the one who leaves it', async function () {
    this.timeout(180_000);
    const many = [...people(5100)].slice(100);
    await slapd.add(many.map((person) => personEntry({ ...person, password: undefined }, baseDn)));
    const member = many.map((person) => personDn(person, baseDn));
    const dn = groupDn('All', baseDn);
    await slapd.add([{ dn, attributes: { objectClass: 'groupOfNames', cn: 'All', member } }]);
    const run = await company.run();
    expect([run.state, run.counts.people.added, run.counts.members.added]).to.deep.equal(['done', 5000, 5000]);
    await company.acceptAll();
    expect(await company.members('All')).to.have.length(5000);
    await slapd.replace(dn, { member: member.slice(1) });
    expect((await company.run()).counts.members).to.deep.equal({ added: 0, removed: 1 });
    expect(await company.members('All')).to.have.length(4999);
  });
});
