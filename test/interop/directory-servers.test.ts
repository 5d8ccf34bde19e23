import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Client } from 'ldapts';
import { directoryPassword, groups, oddPeople, people } from '../support/directory-people.ts';
import { groupDn, personDn, personEntry } from '../support/ldif.ts';
import { needSoftware } from '../support/missing.ts';
import { scaleLimit } from '../support/patience.ts';
import { type Samba, startSamba } from '../support/samba.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const reason = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: Error) => error.message,
  );

/** What a connection gets that has half a second on a quiet machine. */
async function bindIn500Ms(url: string, caFile: string, [name, password]: [string, string]): Promise<string> {
  const client = new Client({
    url,
    connectTimeout: scaleLimit(500),
    timeout: scaleLimit(500),
    ...(url.startsWith('ldaps') ? { tlsOptions: { ca: [readFileSync(caFile)] } } : {}),
  });
  const answer = await reason(client.bind(name, password));
  await client.unbind().catch(() => undefined);
  return answer;
}

describe('an OpenLDAP for tests', () => {
  let slapd: Slapd;
  const everyone = [...people(40), ...oddPeople()];

  before(async function () {
    needSoftware(this, 'slapd', 'openssl');
    slapd = await startSlapd({ people: everyone, groups: [...groups(3, everyone), { name: 'All', groups: ['Team 1', 'Team 2'] }] });
  });
  after(() => slapd?.stop());

  it('has people of any name, who bind, and groups that they know of', async () => {
    const client = await slapd.client(slapd.bindDn, slapd.bindPassword);
    const { searchEntries } = await client.search(slapd.baseDn, {
      filter: '(objectClass=inetOrgPerson)',
      attributes: ['uid', 'memberOf', 'entryUUID', 'userPassword'],
    });
    expect(searchEntries).to.have.length(everyone.length);
    expect(new Set(searchEntries.map(({ entryUUID }) => entryUUID)).size).to.equal(everyone.length);
    expect(searchEntries.filter(({ memberOf }) => typeof memberOf !== 'string')).to.deep.equal([]);
    expect(searchEntries.filter(({ userPassword }) => String(userPassword) !== '')).to.deep.equal([]);
    for (const person of everyone) await (await slapd.client(personDn(person, slapd.baseDn), directoryPassword)).unbind();
  });

  it('keeps groups right when people are renamed or leave', async () => {
    const [dn, leaver] = everyone.slice(1, 3).map((person) => personDn(person, slapd.baseDn)) as [string, string];
    await slapd.rename(dn, `uid=renamed,ou=People,${slapd.baseDn}`);
    await slapd.remove(leaver);
    const client = await slapd.client();
    const { searchEntries } = await client.search(slapd.baseDn, { filter: '(objectClass=groupOfNames)', attributes: ['member'] });
    const members = searchEntries.flatMap(({ member }) => member as string[]);
    expect(members).to.include(`uid=renamed,ou=People,${slapd.baseDn}`).and.to.include(groupDn('Team 1', slapd.baseDn));
    expect(members).to.not.include(dn).and.to.not.include(leaver);
  });

  it('the reading account reads only, the other writes', async () => {
    const entry = { objectClass: 'inetOrgPerson', cn: 'New', sn: 'New', uid: 'new' };
    const dn = `uid=new,ou=People,${slapd.baseDn}`;
    const as = async (name: string, password: string) => reason((await slapd.client(name, password)).add(dn, entry));
    expect(await as(slapd.bindDn, slapd.bindPassword)).to.match(/0x32/);
    expect(await as(slapd.writerDn, slapd.writerPassword)).to.equal('ok');
  });

  it('is silent while it is paused, refuses while it is ended, and has everybody when it is back', async () => {
    const bind = (url: string) => bindIn500Ms(url, slapd.caFile, [slapd.bindDn, slapd.bindPassword]);
    expect(await bind(slapd.url)).to.equal('ok');
    expect(await bind(slapd.ldapsUrl)).to.equal('ok');
    slapd.pause();
    expect(await bind(slapd.url)).to.match(/timed out|timeout/);
    slapd.resume();
    expect(await bind(slapd.url)).to.equal('ok');
    const { pid } = slapd;
    await slapd.kill();
    expect(exists(pid)).to.equal(false);
    expect(await bind(slapd.url)).to.match(/ECONNREFUSED/);
    await slapd.start();
    expect(await bind(slapd.url)).to.equal('ok');
  });
});

describe('an Active Directory for tests', () => {
  let samba: Samba;

  before(async function () {
    this.timeout(180_000);
    needSoftware(this, 'samba', 'openssl');
    samba = await startSamba({ controllers: 2 });
    await samba.addPeople([...people(6), ...oddPeople()]);
  });
  after(() => samba?.stop());

  const signIn = (login: string, at = samba.controllers[0]!) => reason(at.client(`${login}@${samba.realm}`, directoryPassword));

  it('says why it refuses people', async () => {
    const [, disabled, mustChange, locked, over] = [...people(6)].map(({ login }) => login) as [string, string, string, string, string];
    await samba.disable(disabled);
    await samba.expirePassword(mustChange);
    await samba.lockOut(locked);
    await samba.expireAccount(over);
    for (const [login, code] of Object.entries({ [disabled]: '533', [mustChange]: '773', [locked]: '775', [over]: '701' }))
      expect(await signIn(login), login).to.include(`data ${code}`);
    for (const { login } of [...people(1), ...oddPeople()]) expect(await signIn(login), login).to.equal('ok');
  });

  it('has groups in each other, round in a circle, and primary ones', async () => {
    await samba.addGroup('Inner', ['p000001']);
    await samba.addGroup('Outer', ['Inner', 'p000006']);
    await samba.replace('Inner', { member: [await samba.find('p000001'), await samba.find('Outer')] });
    await samba.makePrimary('p000006', 'Outer');
    const client = await samba.client(samba.sync.dn, samba.sync.password);
    const { searchEntries } = await client.search(samba.baseDn, {
      filter: `(memberOf:1.2.840.113556.1.4.1941:=${await samba.find('Outer')})`,
      attributes: ['sAMAccountName'],
    });
    expect(searchEntries.map(({ sAMAccountName }) => sAMAccountName)).to.have.members(['Inner', 'p000001', 'Outer']);
  });

  it('has two controllers with numbers of their own, which tell each other when they are told to', async () => {
    const [first, second] = samba.controllers as [Samba['controllers'][0], Samba['controllers'][0]];
    expect(await signIn('p000001', second)).to.include('data 52e');
    await samba.replicate();
    expect(await signIn('p000001', second)).to.equal('ok');
    const number = async (at: typeof first) => {
      const { searchEntries } = await (await at.client()).search(await samba.find('p000001'), {
        scope: 'base',
        attributes: ['uSNChanged'],
      });
      return searchEntries[0]!['uSNChanged'];
    };
    expect(await number(first)).to.not.equal(await number(second));
    await first.kill();
    expect(await signIn('p000001', first)).to.include('ECONNREFUSED');
    expect(await signIn('p000001', second)).to.equal('ok');
    await first.start();
  });

  it('is silent while it is paused, and leaves no process when it is stopped', async () => {
    const [first] = samba.controllers as [Samba['controllers'][0]];
    const bind = () => bindIn500Ms(first.url, samba.caFile, [samba.sync.dn, samba.sync.password]);
    first.pause();
    expect(await bind()).to.match(/timed out|timeout/i);
    first.resume();
    expect(await bind()).to.equal('ok');
    const pids = samba.controllers.map(({ pid }) => pid());
    await samba.stop();
    expect(pids.filter(exists)).to.deep.equal([]);
    samba = await startSamba();
    expect(samba.controllers.map((one) => one.isRunning())).to.deep.equal([true]);
  });
});

describe('a directory whose clock is an hour off', () => {
  const offsetMs = async (client: Client, dn: string, attribute: string) => {
    const { searchEntries } = await client.search(dn, { scope: 'base', attributes: [attribute] });
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(String(searchEntries[0]![attribute]))!;
    const [year, month, ...rest] = parts.map(Number) as [number, number, number, number, number, number];
    return Date.UTC(year, month - 1, ...rest) - Date.now();
  };

  before(function () {
    needSoftware(this, 'slapd', 'samba', 'openssl', 'faketime');
  });

  it('can be had of both kinds', async function () {
    this.timeout(180_000);
    const slapd = await startSlapd({ clockOffsetSeconds: 3600 });
    await slapd.add([personEntry({ login: 'new', firstName: 'New', lastName: 'Person' }, slapd.baseDn)]);
    const atSlapd = await offsetMs(await slapd.client(), `uid=new,ou=People,${slapd.baseDn}`, 'modifyTimestamp');
    await slapd.stop();
    const samba = await startSamba({ clockOffsetSeconds: -3600 });
    const atSamba = await offsetMs(await samba.client(), '', 'currentTime');
    await samba.stop();
    expect(atSlapd).to.be.closeTo(3_600_000, 60_000);
    expect(atSamba).to.be.closeTo(-3_600_000, 60_000);
  });
});
