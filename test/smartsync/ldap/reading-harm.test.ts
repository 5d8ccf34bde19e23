import { expect } from 'chai';
import { Attribute, Change } from 'ldapts';
import { Connection } from '../../../src/smartsync/ldap/connection.ts';
import { readFacts } from '../../../src/smartsync/ldap/facts.ts';
import { membersOf } from '../../../src/smartsync/ldap/reading/members.ts';
import type { EntryRecord, MemberReference } from '../../../src/smartsync-protocol/index.ts';
import { idOfEntry, type ServedDirectory, sambaSettings, serveDirectory, slapdSettings } from '../../support/agent-work.ts';
import { directoryPassword, oddPeople, people } from '../../support/directory-people.ts';
import { followDirectory } from '../../support/directory-state.ts';
import { personDn } from '../../support/ldif.ts';
import { needSoftware } from '../../support/missing.ts';
import { startOddLdapServer } from '../../support/odd-ldap-server.ts';
import { scaleLimit } from '../../support/patience.ts';
import { type Samba, startSamba } from '../../support/samba.ts';
import { type Slapd, startSlapd } from '../../support/slapd.ts';

const everybody = [...people(5000), ...oddPeople()];
const hidden = 'cn=Hidden\\, one,ou=People,dc=directory,dc=example';
const body = {
  userFilter: '(objectClass=inetOrgPerson)',
  groupFilter: '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))',
  userAttributes: ['uid', 'cn', 'mail', 'jpegPhoto', 'description'],
  groupAttributes: ['cn'],
};

const membersIn = (entries: EntryRecord[], name: string): MemberReference[] => {
  const group = entries.find((entry) => entry.type === 'group' && entry.attributes['cn']?.includes(name)) as { id: string };
  return entries.flatMap((entry) => (entry.type === 'members' && entry.id === group.id ? entry.members : []));
};

describe('readings of a directory that is not as one would wish', () => {
  let slapd: Slapd;
  let samba: Samba;
  const served: ServedDirectory[] = [];
  const serve = async (...args: Parameters<typeof serveDirectory>) => {
    const one = await serveDirectory(...args);
    served.push(one);
    return one;
  };

  before(async function () {
    needSoftware(this, 'slapd', 'samba');
    this.timeout(120_000);
    const base = 'dc=directory,dc=example';
    const group = (cn: string, objectClass: string, more: Record<string, string | string[]>) => ({
      dn: `cn=${cn},ou=Groups,${base}`,
      attributes: { objectClass, cn, ...more },
    });
    [slapd, samba] = await Promise.all([
      startSlapd({
        people: everybody,
        groups: [{ name: 'Everybody', members: everybody.map(({ login }) => login) }],
        entries: [
          { dn: hidden, attributes: { objectClass: 'inetOrgPerson', cn: 'Hidden, one', sn: 'One', uid: 'hidden' } },
          {
            dn: `cn=Photo,ou=People,${base}`,
            attributes: {
              objectClass: 'inetOrgPerson',
              cn: 'Photo',
              sn: 'P',
              uid: 'photo',
              description: 'x'.repeat(20_000),
              jpegPhoto: Buffer.from('ffd8fe00c3', 'hex'),
            },
          },
          group('Unique', 'groupOfUniqueNames', {
            uniqueMember: [`uid=p000001,ou=People,${base}#'0101'B`, `uid=p000002,ou=People,${base}`],
          }),
          group('Posix', 'posixGroup', { gidNumber: '7', memberUid: ['p000003', 'p000004'] }),
          group('Foreign', 'groupOfNames', { member: ['uid=who,dc=elsewhere', ...oddPeople().map((odd) => personDn(odd, base))] }),
        ],
        rights: `access to dn.exact="${hidden.replaceAll('\\', '\\\\')}" attrs=entryUUID by * none`,
      }),
      startSamba({ controllers: 2 }),
    ]);
    await slapd.add([group('Nobody', 'groupOfNames', { member: [''] })]);
  });
  afterEach(async () => {
    for (const one of served.splice(0)) await one.close();
  });
  after(() => Promise.all([slapd?.stop(), samba?.stop()]));

  it('says 5,000 members in parts, and members by the most that the directory says', async () => {
    const { answer, entries, batches } = await (await serve(slapdSettings(slapd))).read(body);
    expect(answer).to.include({ outcome: 'accepted', isWhole: true, groups: 5 });
    const parts = entries.filter((entry) => entry.type === 'members');
    expect(Math.max(...parts.map(({ members }) => members.length))).to.be.within(1000, 2000);
    expect(Math.max(...batches)).to.be.below(512 * 1024);
    expect(membersIn(entries, 'Everybody')).to.have.length(everybody.length);
    expect(membersIn(entries, 'Unique')).to.deep.equal([1, 2].map((n) => ({ dn: `uid=p00000${n},ou=People,${slapd.baseDn}` })));
    expect(membersIn(entries, 'Posix')).to.deep.equal([{ uid: 'p000003' }, { uid: 'p000004' }]);
    expect(membersIn(entries, 'Nobody')).to.deep.equal([]);
    expect(membersIn(entries, 'Foreign')).to.have.length(oddPeople().length + 1);
    expect(parts.filter(({ isFirst }) => isFirst)).to.have.length(5);
  });

  it('names an entry without an id, and leaves out what is no text or too long', async () => {
    const { entries } = await (await serve(slapdSettings(slapd))).read(body);
    const unusable = entries.filter(({ type }) => type === 'unusable');
    expect(unusable).to.have.length(1);
    expect(unusable[0]).to.include({ reason: 'no-id' });
    const photo = entries.find((entry) => entry.type === 'person' && entry.attributes['uid']?.[0] === 'photo');
    expect(photo).to.deep.include({ attributes: { uid: ['photo'], cn: ['Photo'] } });
  });

  it('is refused rather than partial: a limit of the server, a base that is not there, a filter that is none', async () => {
    const limited = await serve(slapdSettings(slapd, { bindDn: personDn(everybody[0]!, slapd.baseDn), bindPassword: directoryPassword }));
    const { answer } = await limited.read(body);
    expect(answer).to.include({ outcome: 'refused', reason: 'failed' });
    const elsewhere = await serve(slapdSettings(slapd, { baseDn: 'ou=Nowhere,dc=directory,dc=example' }));
    expect((await elsewhere.read(body)).answer).to.include({ outcome: 'refused', reason: 'base-not-found' });
    const one = await serve(slapdSettings(slapd));
    for (const filter of ['(uid=*', '((uid=a))', '(&(uid=a)', 'uid=a)(b=c', '', '(=a)', '(uid=a\\zz)'])
      expect((await one.read({ ...body, userFilter: filter })).answer, filter).to.include({ outcome: 'refused', reason: 'filter-invalid' });
  });

  it('goes on after a page without entries', async () => {
    const person = (uid: string, n: number) => ({
      dn: `uid=${uid},dc=odd`,
      attributes: { uid: [uid], entryUUID: [`00000000-0000-4000-8000-00000000000${n}`], createTimestamp: ['20200101000000Z'] },
    });
    const server = await startOddLdapServer((filter) => {
      if (!filter.includes('inetOrgPerson') || filter.includes('groupOfNames')) return { entries: [] };
      if (filter.includes('third')) return { entries: [person('b', 2)], cookie: '' };
      return filter.includes('second') ? { entries: [], cookie: 'third' } : { entries: [person('a', 1)], cookie: 'second' };
    });
    try {
      const one = await serve({ urls: [server.url], bindDn: 'cn=x', bindPassword: 'x', startTls: false, timeoutSeconds: 2 });
      const { answer, entries } = await one.read(body);
      expect(answer).to.include({ outcome: 'accepted', people: 2 });
      expect(entries.map((entry) => entry.type === 'person' && entry.attributes['uid'])).to.deep.equal([['a'], ['b']]);
    } finally {
      server.stop();
    }
  });

  it('reads everything when more changed than the directory remembers, and asks it otherwise when that goes on', async () => {
    const one = await serve(slapdSettings(slapd));
    const state = followDirectory(body);
    await state.sync(one);
    const client = await slapd.client();
    const changeMany = async (mail: string) => {
      for (const person of everybody.slice(0, 2200))
        await client.modify(
          personDn(person, slapd.baseDn),
          new Change({ operation: 'replace', modification: new Attribute({ type: 'mail', values: [mail] }) }),
        );
    };
    const way = () => JSON.parse(state.cursor!).way;
    await slapd.replace(personDn(everybody[0]!, slapd.baseDn), { mail: 'first@x.example' });
    expect((await state.sync(one)).answer).to.include({ way: 'syncrepl', isWhole: false });
    await changeMany('a@x.example');
    await client.del(personDn(everybody[4999]!, slapd.baseDn));
    expect((await state.sync(one)).answer).to.include({ isWhole: true });
    expect(way()).to.equal('syncrepl');
    await changeMany('b@x.example');
    expect((await state.sync(one)).answer).to.include({ isWhole: true });
    expect(way()).to.equal('timestamps');
    await slapd.remove(personDn(everybody[4998]!, slapd.baseDn));
    await state.sync(one);
    const fresh = followDirectory(body);
    await fresh.sync(one);
    expect(state.entries()).to.deep.equal(fresh.entries());
  }).timeout(120_000);

  it('says all members of a group of AD whose values come in ranges, by their ids', async () => {
    const logins = Array.from({ length: 35 }, (_, n) => `ranged${n}`);
    await samba.addPeople(logins.map((login) => ({ login, firstName: 'R', lastName: login, rdn: `Ranged, ${login}` })));
    const dn = await samba.addGroup('wide', logins);
    const settings = sambaSettings(samba);
    const connection = await Connection.open(settings, samba.url, 5000);
    try {
      await connection.bind(settings.bindDn, settings.bindPassword);
      const session = { connection, facts: await readFacts(connection), base: samba.baseDn, begin: () => undefined };
      for (const size of [1, 10, 34, 35, 36, 1500]) {
        const parts: EntryRecord[] = [];
        for await (const part of membersOf(session, { id: await idOfEntry(samba, dn), dn }, size)) parts.push(part);
        const members = parts.flatMap((part) => (part.type === 'members' ? part.members : []));
        expect(new Set(members.map((member) => 'id' in member && member.id)).size, `${size}`).to.equal(35);
        expect(parts.map((part) => part.type === 'members' && part.isFirst).lastIndexOf(true)).to.equal(0);
      }
    } finally {
      connection.close();
    }
  });

  it('knows the same by either controller of AD, whichever it was before', async () => {
    const ofAd = { ...body, userFilter: '(&(objectCategory=person)(objectClass=user))', groupFilter: '(objectClass=group)' };
    // by DirSync, and by the numbers of each controller
    const followed = await Promise.all(
      (['sync', 'plain'] as const).map(async (account) => {
        const controllers = await Promise.all(samba.controllers.map(({ url }) => serve(sambaSettings(samba, account, { urls: [url] }))));
        return { account, first: controllers[0]!, second: controllers[1]!, state: followDirectory(ofAd) };
      }),
    );
    const same = async (by: 'first' | 'second') => {
      const whole: Record<string, unknown> = {};
      for (const { account, state, ...controllers } of followed) {
        const { answer } = await state.sync(controllers[by]);
        const fresh = followDirectory(ofAd);
        await fresh.sync(controllers[by]);
        expect(state.entries(), `${account} ${JSON.stringify(answer)}`).to.deep.equal(fresh.entries());
        whole[account] = 'isWhole' in answer && answer.isWhole;
      }
      return whole;
    };
    const add = (login: string) => samba.addPerson({ login, firstName: 'A', lastName: login, password: directoryPassword });
    expect(await same('first')).to.deep.equal({ sync: true, plain: true });
    await add('dc1');
    await samba.replicate();
    expect(await same('second')).to.include({ plain: true });
    await add('dc2');
    await samba.remove('dc1');
    await samba.replicate();
    await same('second');
    await same('first');
    await add('dc3');
    await samba.replicate();
    // by the digest, who came in the very second of the last reading lets everything be read once more
    expect(await same('first')).to.include({ sync: false });
    expect(await same('second')).to.deep.equal({ sync: false, plain: false });
  }).timeout(120_000);

  it('begins again at the next server when one falls in the middle', async () => {
    const copy = await startSlapd({ people: people(3000) });
    const target = await startSlapd({ people: people(3000) });
    try {
      const ca = { ca: undefined, startTls: false };
      const one = await serve(slapdSettings(copy, { ...ca, urls: [copy.url, target.url] }));
      const kill = copy.kill.bind(copy);
      let sent = 0;
      const ids = new Set<string>();
      const answer = await one.directory.serve(
        { kind: 'read', body },
        {
          requestId: crypto.randomUUID(),
          signal: AbortSignal.timeout(scaleLimit(30_000)),
          openSealed: async () => ({ key: '' }),
          send: async (batch) => {
            if (++sent === 3) await kill();
            for (const entry of batch) if (entry.type === 'person') ids.add(`${entry.dn}`);
          },
        },
      );
      expect(answer).to.include({ outcome: 'accepted', isWhole: true, people: 3000 });
      expect(ids.size).to.equal(3000);
    } finally {
      await copy.stop();
      await target.stop();
    }
  }).timeout(60_000);

  it('finds people by a part of their name, whatever is typed', async () => {
    const one = await serve(slapdSettings(slapd));
    const find = async (text: string) => {
      const answer = await one.ask('find-people', { text, userFilter: body.userFilter });
      if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      return answer.people.map((entry) => (entry.type === 'person' ? entry.attributes['cn']![0] : entry.type));
    };
    expect(await find('p000007')).to.have.length(1);
    expect(await find('ÁVILA (*)')).to.deep.equal(['João Ávila (*)']);
    for (const text of ['*', '*)(uid=*', 'x)(|(uid=*', '\\2a', ')(objectClass=*'])
      expect(
        (await find(text)).filter((name) => !name!.includes(text)),
        text,
      ).to.deep.equal([]);
    expect(await find('')).to.have.length(20);
    const answer = await one.ask('find-people', { text: 'photo', userFilter: body.userFilter });
    const [photo] = answer.outcome === 'accepted' ? answer.people : [];
    expect(photo).to.have.nested.property('attributes.sn');
    const writer = await serve(slapdSettings(slapd, { bindDn: slapd.writerDn, bindPassword: slapd.writerPassword }));
    const seen = await writer.ask('find-people', { text: 'p000007', userFilter: body.userFilter });
    expect(JSON.stringify(seen).toLowerCase()).to.not.include('userpassword');
  });
});
