import { expect } from 'chai';
import { Attribute, Change, type Client } from 'ldapts';
import { type ServedDirectory, sambaSettings, serveDirectory, slapdSettings } from '../../support/agent-work.ts';
import { groups, oddPeople, people, rdn } from '../../support/directory-people.ts';
import { type DirectoryState, followDirectory } from '../../support/directory-state.ts';
import { needSoftware } from '../../support/missing.ts';
import { type Samba, startSamba } from '../../support/samba.ts';
import { type Slapd, startSlapd } from '../../support/slapd.ts';

type Kind = 'syncrepl' | 'timestamps' | 'dirsync' | 'usn' | 'usn with tombstones';

const everybody = [...people(600), ...oddPeople()];

describe('readings of a directory', () => {
  let samba: Samba;
  const slapds: Partial<Record<Kind, Slapd>> = {};
  const admins = new Map<Samba | Slapd, Client>();

  before(async function () {
    needSoftware(this, 'samba', 'slapd');
    this.timeout(120_000);
    const content = { people: everybody, groups: groups(3, everybody, 2) };
    [samba, slapds.syncrepl, slapds.timestamps] = await Promise.all([
      startSamba(),
      startSlapd(content),
      startSlapd({ ...content, withSyncprov: false }),
    ]);
    for (const server of [samba, slapds.syncrepl, slapds.timestamps]) admins.set(server, await server.client());
    await samba.addPeople([...people(20), ...oddPeople()]);
  });
  after(async () => {
    await Promise.all([samba?.stop(), slapds.syncrepl?.stop(), slapds.timestamps?.stop()]);
  });

  for (const kind of ['syncrepl', 'timestamps', 'dirsync', 'usn', 'usn with tombstones'] as const)
    describe(`by ${kind}`, () => {
      const isAd = kind !== 'syncrepl' && kind !== 'timestamps';
      const own = `${kind}`.replace(/ .*/, '-t');
      const filter = isAd ? '(&(objectCategory=person)(objectClass=user))' : '(objectClass=inetOrgPerson)';
      const body = {
        userFilter: `(&${filter}(!(employeeType=external)))`,
        groupFilter: isAd ? '(objectClass=group)' : '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))',
        userAttributes: ['cn', 'mail', 'givenName', 'employeeType', ...(isAd ? ['sAMAccountName'] : ['uid'])],
        groupAttributes: ['cn'],
      };
      let server: Samba | Slapd;
      let client: Client;
      let served: ServedDirectory;
      let state: DirectoryState;
      const base = () => server.baseDn;
      const personDn = (name: string, unit = 'People') => `${rdn('cn', `${own} ${name}`)},ou=${unit},${base()}`;
      const groupDn = (name: string) => `cn=${own} ${name},ou=Groups,${base()}`;
      const addPerson = (name: string, unit?: string) =>
        client.add(personDn(name, unit), {
          objectClass: isAd ? 'user' : 'inetOrgPerson',
          ...(isAd
            ? { sAMAccountName: `${own}-${name}`.slice(0, 20), userAccountControl: '544' }
            : { uid: name, sn: name, cn: `${own} ${name}` }),
          mail: `${name}@x.example`,
        });
      const addGroup = (name: string, member: string[]) =>
        client.add(groupDn(name), {
          objectClass: isAd ? 'group' : 'groupOfNames',
          ...(isAd ? { sAMAccountName: `${own}-${name}` } : {}),
          ...(member.length > 0 ? { member } : isAd ? {} : { member: [''] }),
        });
      const change = (dn: string, operation: 'add' | 'delete' | 'replace', type: string, ...values: string[]) =>
        client.modify(dn, new Change({ operation, modification: new Attribute({ type, values }) }));

      before(async () => {
        server = isAd ? samba : slapds[kind]!;
        client = admins.get(server)!;
        served = await serveDirectory(
          server.kind === 'openldap' ? slapdSettings(server) : sambaSettings(server, kind === 'dirsync' ? 'sync' : 'plain'),
        );
        state = followDirectory(body);
        const { answer } = await state.sync(served);
        expect(answer).to.include({ isWhole: true, way: 'full' });
        if (kind !== 'usn with tombstones') return;
        // an account that sees who was deleted goes on from there
        await served.close();
        served = await serveDirectory(sambaSettings(samba));
      });
      after(() => served?.close());

      it('has everybody, with names that need escapes, and nobody twice', async () => {
        const { answer, entries, batches } = await served.read(body);
        const said = entries.filter(({ type }) => type === 'person');
        expect(new Set(said.map((entry) => 'id' in entry && entry.id)).size).to.equal(said.length);
        expect(answer).to.include({ people: said.length });
        for (const { rdn: name } of oddPeople()) expect(state.find(name!), name).to.include({ isEnabled: true });
        expect(Math.max(...batches)).to.be.below(1024 * 1024);
        if (!isAd) expect(state.members('Team 1').length).to.be.above(400);
      });

      it('knows after each change what a reading of everything knows', async () => {
        const steps: Record<string, () => Promise<unknown>> = {
          nothing: async () => undefined,
          'people come': async () => {
            for (const name of ['a', 'b', 'c', 'd', 'e']) await addPerson(name);
          },
          'groups with groups inside, one in a circle': async () => {
            await addGroup('inner', [personDn('a'), personDn('b')]);
            await addGroup('outer', [groupDn('inner'), personDn('c')]);
            await change(groupDn('inner'), 'add', 'member', groupDn('outer'));
          },
          'a group without members': () => addGroup('empty', []),
          'an attribute': () => change(personDn('a'), 'replace', 'mail', 'other@x.example'),
          'an attribute gone': () => change(personDn('a'), 'delete', 'mail'),
          'another name': () => client.modifyDN(personDn('b'), personDn('b, "the" #2 + é')),
          'another place': () => client.modifyDN(personDn('c'), personDn('c', 'Groups')),
          'a member leaves': () => change(groupDn('inner'), 'delete', 'member', personDn('a')),
          'no match any more': () => change(personDn('d'), 'replace', 'employeeType', 'external'),
          'a match again': () => change(personDn('d'), 'replace', 'employeeType', 'own'),
          disabled: () =>
            isAd
              ? change(personDn('d'), 'replace', 'userAccountControl', '546')
              : (server as Slapd).replace(personDn('d'), { pwdAccountLockedTime: '000001010000Z' }),
          deleted: () => client.del(personDn('e')),
          'a group is deleted': () => client.del(groupDn('outer')),
          'a container gets people': async () => {
            await client.add(`ou=${own} Old,${base()}`, { objectClass: 'organizationalUnit', ou: `${own} Old` });
            for (const name of ['in1', 'in2']) await addPerson(name, `${own} Old`);
          },
          'a container is renamed': () => client.modifyDN(`ou=${own} Old,${base()}`, `ou=${own} New,${base()}`),
          'a container is moved': () => client.modifyDN(`ou=${own} New,${base()}`, `ou=${own} New,ou=Groups,${base()}`),
          'everything at once': async () => {
            await addPerson('z');
            await addGroup('last', [personDn('z')]);
            await client.del(personDn('in1', `${own} New,ou=Groups`));
            await change(personDn('a'), 'replace', 'mail', 'third@x.example');
          },
        };
        for (const [step, work] of Object.entries(steps)) {
          await work();
          const { answer } = await state.sync(served);
          const fresh = followDirectory(body);
          await fresh.sync(served);
          expect(state.entries(), `${step}: ${JSON.stringify(answer)}`).to.deep.equal(fresh.entries());
          const expected = {
            syncrepl: 'syncrepl',
            timestamps: undefined,
            dirsync: 'dirsync',
            usn: undefined,
            'usn with tombstones': 'usn',
          }[kind];
          if (expected) expect(answer, step).to.include({ way: expected, isWhole: false });
        }
        expect(state.members(`${own} last`)).to.deep.equal([`${own} z`]);
        expect(state.members(`${own} inner`)).to.deep.equal([`${own} b, "the" #2 + é`]);
        expect(state.find(`${own} d`)).to.include({ isEnabled: false });
        expect(state.find(`${own} in2`)!.dn.toLowerCase()).to.equal(`cn=${own} in2,ou=${own} new,ou=groups,${base()}`.toLowerCase());
      }).timeout(60_000);

      it('is a whole one when filter, base or attributes are others', async () => {
        for (const other of [
          { userFilter: filter },
          { groupFilter: '(cn=nothing)' },
          { userAttributes: ['cn'] },
          { groupAttributes: ['cn', 'description'] },
          { cursor: 'rubbish' },
          { cursor: JSON.stringify({ ...JSON.parse(state.cursor!), wholeAt: Date.now() - 25 * 3_600_000 }) },
        ]) {
          const { answer } = await served.read({ ...body, cursor: state.cursor, ...other });
          expect(answer, JSON.stringify(other)).to.include({ outcome: 'accepted', isWhole: true, way: 'full' });
        }
        const { answer } = await served.read({ ...body, cursor: state.cursor });
        expect(answer).to.include({ isWhole: false });
      });

      it('notices who moves out of the base and in, also with a container', async () => {
        const chosen = { baseDn: `ou=People,${base()}` };
        const inside = await serveDirectory(
          server.kind === 'openldap' ? slapdSettings(server, chosen) : sambaSettings(server, kind === 'usn' ? 'plain' : 'sync', chosen),
        );
        try {
          const part = followDirectory(body);
          const same = async (step: string) => {
            await part.sync(inside);
            const fresh = followDirectory(body);
            await fresh.sync(inside);
            expect(part.entries(), step).to.deep.equal(fresh.entries());
          };
          await same('first');
          await addPerson('mover');
          await client.add(`ou=${own} Unit,ou=People,${base()}`, { objectClass: 'organizationalUnit', ou: `${own} Unit` });
          await addPerson('unit', `${own} Unit,ou=People`);
          await same('new ones');
          expect(part.find(`${own} unit`)).to.include({ type: 'person' });
          await client.modifyDN(personDn('mover'), personDn('mover', 'Groups'));
          await same('out');
          expect(part.find(`${own} mover`)).to.equal(undefined);
          await client.modifyDN(personDn('mover', 'Groups'), personDn('mover'));
          await same('in');
          await client.modifyDN(`ou=${own} Unit,ou=People,${base()}`, `ou=${own} Unit,ou=Groups,${base()}`);
          await same('a container out');
          expect(part.find(`${own} unit`)).to.equal(undefined);
          await client.modifyDN(`ou=${own} Unit,ou=Groups,${base()}`, `ou=${own} Unit,ou=People,${base()}`);
          await same('a container in');
          expect(part.find(`${own} unit`)).to.include({ type: 'person' });
        } finally {
          await inside.close();
        }
      });

      it('follows a filter that asks for a group', async () => {
        await addPerson('m1');
        await addPerson('m2');
        await addGroup('ação', [personDn('m1')]);
        const asked = { ...body, userFilter: `(&${filter}(memberOf=${groupDn('ação').replace('ç', '\\c3\\a7')}))` };
        const staff = followDirectory(asked);
        await staff.sync(served);
        expect(staff.find(`${own} m1`)).to.include({ type: 'person' });
        await change(groupDn('ação'), 'add', 'member', personDn('m2'));
        await change(groupDn('ação'), 'delete', 'member', personDn('m1'));
        await staff.sync(served);
        expect([staff.find(`${own} m1`), staff.find(`${own} m2`)?.type]).to.deep.equal([undefined, 'person']);
      });
    });
});
