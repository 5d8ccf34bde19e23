import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import {
  type AccessWords,
  accessExport,
  countAccess,
  getReach,
  listAccess,
  listApplicationAccess,
  type MapFilter,
  recordMapView,
  recordMapViewOfPerson,
  startAccessExport,
  viewLaunchpad,
} from '../../../../src/domain/administration/access-map/index.ts';
import { createAccessFinder, decide } from '../../../../src/domain/applications/access/index.ts';
import { registerApplication, setApplicationEnabled } from '../../../../src/domain/applications/applications/index.ts';
import { addToLaunchpad, assignApplication, findLaunchpad } from '../../../../src/domain/applications/assignments/index.ts';
import { addMembers, createGroup, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { changeStatus, fullName, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { getOperation, openFile, runOperation } from '../../../../src/domain/records/operations/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

const words: AccessWords = {
  columns: ['name', 'identifier', 'status', 'why', 'opens'],
  status: (status) => `is ${status}`,
  why: ({ ways }, { navigable, groups }) =>
    [ways.isDirect && 'direct', ...ways.groups.map(({ name }) => name), groups.some((one) => one.isEveryone) && 'all', navigable && 'free']
      .filter(Boolean)
      .join('+'),
  opens: (verdict) => (verdict.allowed ? 'yes' : verdict.reason),
};

describe('domain/administration/access-map', () => {
  const store = useStore();
  let everyone: string;
  before(async () => {
    everyone = (await findGroupByName(store.scope, 'Everyone'))!.groupId;
  });

  const application = async (more: { navigable?: boolean } = {}): Promise<ApplicationId> => {
    const given = { code: `a${newId().slice(-12)}`, name: `App ${newId()}`, navigable: false, enabled: true, ...more };
    return (await registerApplication(store.scope, given as never)).application.applicationId;
  };
  const list = async (applicationId: string, filter: MapFilter = {}) => {
    const reach = await getReach(store.scope, applicationId);
    const { items } = await listAccess(store.scope, reach, filter, 1000);
    const { n } = await countAccess(store.scope, reach, filter);
    expect(items.length, 'counted').to.equal(n);
    return items;
  };
  const names = async (applicationId: string, filter: MapFilter = {}) =>
    (await list(applicationId, filter)).map(({ user }) => user.lastName);

  it('shows who may open an application, in the order of names, with every way in which they come to it', async () => {
    const id = await application();
    const [group, other, without] = await Promise.all(
      ['Buyers', 'Allowed', 'Others'].map((name) => createGroup(store.scope, { name: `${name} ${newId()}` })),
    );
    const [both, member, direct, stranger] = [
      await store.person({ firstName: 'Bea', lastName: 'Both' }),
      await store.person({ firstName: 'Zoe', lastName: 'Member' }),
      await store.person({ firstName: 'Ann', lastName: 'Direct' }),
      await store.person({ firstName: 'Cid', lastName: 'Stranger' }),
    ];
    for (const one of [group!, other!]) await assignApplication(store.scope, id, { kind: 'group', id: one.groupId });
    for (const user of [both, direct]) await assignApplication(store.scope, id, { kind: 'user', id: user.userId });
    await addMembers(store.scope, group!.groupId, [both.userId, member.userId]);
    await addMembers(store.scope, other!.groupId, [both.userId]);
    await addMembers(store.scope, without!.groupId, [stranger.userId, both.userId]);
    const items = await list(id);
    expect(
      items.map(({ user, ways, verdict }) => [
        user.firstName,
        ways.isDirect,
        ways.groups.map((one) => one.name.split(' ')[0]),
        verdict.allowed,
      ]),
    ).to.deep.equal([
      ['Ann', true, [], true],
      ['Bea', true, ['Allowed', 'Buyers'], true],
      ['Zoe', false, ['Buyers'], true],
    ]);
    const table: [MapFilter, string[]][] = [
      [{ way: 'direct' }, ['Direct', 'Both']],
      [{ way: 'group' }, ['Both', 'Member']],
      [{ way: 'everyone' }, []],
      [{ way: 'navigable' }, []],
      [{ way: 'no such way' }, ['Direct', 'Both', 'Member']],
      [{ search: 'bea' }, ['Both']],
      [{ search: 'cid' }, []],
      [{ search: 'zoe', way: 'direct' }, []],
      [{ status: 'blocked' }, []],
      [{ status: 'activated', way: 'group' }, ['Both', 'Member']],
    ];
    for (const [filter, expected] of table) expect(await names(id, filter), JSON.stringify(filter)).to.deep.equal(expected);
    await changeStatus(store.scope, member.userId, 'block');
    expect((await list(id, { status: 'blocked' })).map(({ user, verdict }) => [user.lastName, verdict.allowed])).to.deep.equal([
      ['Member', false],
    ]);
  });

  it('everybody is on it of an application that is navigable or assigned to Everyone, and nothing opens while it is disabled', async () => {
    const all = Number((await store.scope.db('users').where('context_id', store.scope.contextId).count({ n: '*' }))[0]!.n);
    const [navigable, forAll] = [await application({ navigable: true }), await application()];
    await assignApplication(store.scope, forAll, { kind: 'group', id: everyone });
    for (const [id, way, not] of [
      [navigable, 'navigable', 'everyone'],
      [forAll, 'everyone', 'navigable'],
    ] as const) {
      expect(await names(id)).to.have.length(all);
      expect(await names(id, { way })).to.have.length(all);
      expect(await names(id, { way: not })).to.have.length(0);
      expect(await names(id, { way: 'direct' })).to.have.length(0);
    }
    await setApplicationEnabled(store.scope, forAll, false);
    for (const { verdict } of await list(forAll)) expect(verdict.allowed).to.equal(false);
  });

  it('is read page by page, each person once, also where more come than are kept as a list of ids', async () => {
    const id = await application();
    const { groupId } = await createGroup(store.scope, { name: `Large ${newId()}` });
    await store.scope.db.raw(
      `WITH made AS (INSERT INTO users (context_id, user_id, username, username_key, first_name, last_name, name_key, role, status, status_changed_at, created_at, updated_at)
         SELECT :contextId, gen_random_uuid(), 'many' || i, 'many' || i, 'Many', i::text, 'many ' || lpad(i::text, 5, '0'), 'regular', CASE WHEN i % 100 = 0 THEN 'blocked' ELSE 'activated' END, now(), now(), now()
         FROM generate_series(1, 5200) AS i RETURNING context_id, user_id)
       INSERT INTO group_members (context_id, group_id, user_id) SELECT context_id, :groupId, user_id FROM made`,
      { contextId: store.scope.contextId, groupId },
    );
    await assignApplication(store.scope, id, { kind: 'group', id: groupId });
    const direct = await store.person({ firstName: 'Aaa', lastName: 'First' });
    await assignApplication(store.scope, id, { kind: 'user', id: direct.userId });
    const reach = await getReach(store.scope, id);
    const readAll = async (filter: MapFilter) => {
      const read: User[] = [];
      let cursor: string | undefined;
      do {
        const page = await listAccess(store.scope, reach, { ...filter, cursor }, 700);
        read.push(...page.items.map(({ user }) => user));
        cursor = page.cursor;
      } while (cursor);
      expect(new Set(read.map(({ userId }) => userId)).size).to.equal(read.length);
      return read;
    };
    const all = await readAll({});
    expect([all.length, all[0]!.lastName]).to.deep.equal([5201, 'First']);
    expect(await readAll({ way: 'group' })).to.have.length(5200);
    expect(await readAll({ way: 'direct' })).to.have.length(1);
    expect(await readAll({ status: 'blocked' })).to.have.length(52);
    expect(await readAll({ search: 'many 05200' })).to.have.length(1);
    expect(await readAll({ search: 'many' })).to.have.length(5200);
    expect((await countAccess(store.scope, reach, { status: 'activated' })).isMore, 'of so many a filter counts the first').to.equal(true);
  });

  it('of a person it shows every application, and agrees with the decision of a real sign-in', async () => {
    const user = await store.person();
    const { groupId } = await createGroup(store.scope, { name: `Mine ${newId()}` });
    await addMembers(store.scope, groupId, [user.userId]);
    const [direct, byGroup, disabled] = [await application(), await application(), await application({ navigable: true })];
    await assignApplication(store.scope, direct, { kind: 'user', id: user.userId });
    await assignApplication(store.scope, byGroup, { kind: 'group', id: groupId });
    await setApplicationEnabled(store.scope, disabled, false);
    const findAccess = createAccessFinder(store.database);
    const agree = async () => {
      const found = await listApplicationAccess(store.scope, await getUser(store.scope, user.userId));
      expect(found.length).to.equal(
        Number((await store.scope.db('applications').where('context_id', store.scope.contextId).count({ n: '*' }))[0]!.n),
      );
      for (const { reach, verdict } of found) {
        const { facts: _, ...told } = verdict as typeof verdict & { facts?: unknown };
        const { facts: __, ...real } = decide(
          await findAccess(store.scope.contextId, user.userId, reach.applicationId),
        ) as typeof verdict & { facts?: unknown };
        expect(told, reach.name).to.deep.equal(real);
      }
      return found;
    };
    const found = await agree();
    const one = (id: string) => found.find(({ reach }) => reach.applicationId === id)!;
    expect([one(direct).isDirect, one(byGroup).isDirect, one(byGroup).groups.map((group) => group.groupId)]).to.deep.equal([
      true,
      false,
      [groupId],
    ]);
    expect(one(disabled).verdict).to.include({ allowed: false, reason: 'application-disabled' });
    const opened = await listApplicationAccess(store.scope, user, { only: 'open' });
    const closed = await listApplicationAccess(store.scope, user, { only: 'closed' });
    expect(opened.length + closed.length).to.equal(found.length);
    expect(
      (await listApplicationAccess(store.scope, user, { search: one(direct).reach.name })).map(({ reach }) => reach.applicationId),
    ).to.deep.equal([direct]);
    await changeStatus(store.scope, user.userId, 'block');
    expect((await agree()).some(({ verdict }) => verdict.allowed)).to.equal(false);
  });

  describe('as a file', () => {
    let own: Scope;
    before(async () => {
      own = actingFor(store.scope, await store.person({ role: 'administrator' }));
    });
    const read = async (applicationId: string, filter: MapFilter) => {
      const operationId = await startAccessExport(own, applicationId, filter, 'en');
      await runOperation(
        store.scope,
        operationId,
        async () => true,
        (scope, operation) => accessExport.run(scope, operation, { accessWords: () => words }),
      );
      expect(await getOperation(own, operationId)).to.include({ state: 'done', fileName: 'access.csv' });
      return (await buffer(openFile(store.scope, operationId))).toString();
    };

    it('holds all whom the filter shows, in words, and nothing that a spreadsheet would run', async () => {
      const id = await application();
      const user = await store.person({ firstName: '=HYPERLINK("x")', lastName: 'Formula' });
      const other = await store.person({ lastName: 'Plain' });
      const { groupId } = await createGroup(store.scope, { name: '+Group' });
      await addMembers(store.scope, groupId, [user.userId]);
      await assignApplication(store.scope, id, { kind: 'group', id: groupId });
      for (const one of [user, other]) await assignApplication(store.scope, id, { kind: 'user', id: one.userId });
      const file = await read(id, {});
      const rows: string[][] = parse(file, { bom: true });
      expect(rows[0]).to.deep.equal(words.columns);
      expect(rows.slice(1).map((row) => row.slice(2))).to.have.deep.members(
        [
          ['is activated', "direct+'+Group", 'yes'],
          ['is activated', 'direct', 'yes'],
        ].map((row) => row.map((cell) => cell.replace("'+", '+'))),
      );
      expect(file).to.contain('"\'=HYPERLINK');
      expect(parse(await read(id, { way: 'group', cursor: 'x' }), { bom: true })).to.have.length(2);
      expect(parse(await read(id, { search: 'plain' }), { bom: true })).to.have.length(2);
    });

    it('its beginning is in the audit, without what was searched for', async () => {
      const id = await application();
      await startAccessExport(own, id, { search: 'secret', way: 'direct' }, 'en');
      const event = (await eventsOf(store.scope, { type: 'access-map.exported', applicationId: id }))[0]!;
      expect(event.details).to.deep.equal({ way: 'direct', isSearch: true });
      expect(JSON.stringify(event)).not.to.contain('secret');
      await store.inOneTransaction((scope) => startAccessExport(actingFor(scope, admin()), id, {}, 'en'));
      function admin(): User {
        return { userId: own.actor.id, firstName: 'A', lastName: 'B' } as never;
      }
    });
  });

  it('a look at somebody’s Launchpad shows theirs, is in the audit, and changes nothing', async () => {
    const administrator = await store.person({ role: 'administrator' });
    const own = actingFor(store.scope, administrator);
    const user = await store.person({ firstName: 'Lia', lastName: 'Looked' });
    const [direct, added] = [await application(), await application({ navigable: true })];
    await assignApplication(store.scope, direct, { kind: 'user', id: user.userId });
    await addToLaunchpad(store.scope, user.userId, added);
    const filter = { search: '', category: '' };
    const events = await store.eventsOf(async () => {
      const { shown } = await viewLaunchpad(own, user.userId, filter);
      expect(shown).to.deep.equal(await findLaunchpad(store.scope, user.userId, filter));
      expect(shown.applications.map(({ applicationId }) => applicationId)).to.include.members([direct, added]);
    });
    expect(events).to.deep.equal(['launchpad.viewed']);
    const [event] = await eventsOf(store.scope, { type: 'launchpad.viewed', subjectId: user.userId });
    expect([event!.subjectName, event!.actor.id]).to.deep.equal([fullName(user), administrator.userId]);
  });

  it('looks at the map are in the audit', async () => {
    const reach = await getReach(store.scope, await application());
    const user = await store.person();
    expect(await store.eventsOf(() => recordMapView(store.scope, reach))).to.deep.equal(['access-map.viewed']);
    expect(await store.eventsOf(() => recordMapViewOfPerson(store.scope, user))).to.deep.equal(['access-map.viewed']);
    expect(await store.eventsOf(() => recordMapViewOfPerson(store.scope, user, true))).to.deep.equal(['access-map.exported']);
  });

  it('what is not the company’s is not found, and nothing is written', async () => {
    const foreign = (await store.other.db('applications').where('context_id', store.other.contextId).first('application_id'))
      ?.application_id;
    const own = actingFor(store.scope, await store.person({ role: 'administrator' }));
    for (const id of [foreign ?? unknownId, unknownId, 'no-id']) {
      await store.refused('not_found', () => getReach(own, id));
      await store.refused('not_found', () => startAccessExport(own, id, {}, 'en'));
      await store.refused('not_found', () => viewLaunchpad(own, id, { search: '', category: '' }));
    }
    const stranger = await store.stranger();
    await store.refused('not_found', () => viewLaunchpad(own, stranger, { search: '', category: '' }));
  });
});
