import { expect } from 'chai';
import { load } from 'cheerio';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { assignApplication, listAssignees } from '../../../src/domain/applications/assignments/index.ts';
import { findGroupByName, listGroupsOfUser } from '../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import type { Answer, Jar } from '../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/admin-console: a removal is undone for a minute', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, wait } = movableClock();
  const ids = { group: '', user: '', application: '' };

  before(async () => {
    server = await startTestServer({ clock });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const scope = await server.scope();
    ids.group = (await findGroupByName(scope, 'Finance'))!.groupId;
    ids.user = (await findUserByLogin(scope, 'jsilva'))!.userId;
    ids.application = (await findApplicationByCode(scope, 'payroll'))!.applicationId;
    await assignApplication(scope, ids.application, { kind: 'user', id: ids.user });
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const post = async (page: string, action: RegExp, fields: Record<string, string>) =>
    ana.submit(ana.form(await ana.get(at(page)), action), fields);
  const isMember = async () =>
    (await listGroupsOfUser(await server.scope(), ids.user as never)).some(({ groupId }) => groupId === ids.group);
  const isAssigned = (kind: 'users' | 'groups') => async () => {
    const found: Record<string, unknown>[] = (await listAssignees(await server.scope(), ids.application as never))[kind] as never;
    return found.some((one) => one.userId === ids.user || one.groupId === ids.group);
  };
  const leave = async () => ana.submit(ana.form(await ana.get(at(`/admin/groups/${ids.group}/members/${ids.user}/remove`)), /remove$/));
  const places: [string, remove: () => Promise<Answer>, holds: () => Promise<boolean>, event: string][] = [
    ['a member, at the group', leave, isMember, 'group.member-added'],
    [
      'a group, at the person',
      () => post(`/admin/users/${ids.user}/groups`, /groups\/remove$/, { id: ids.group }),
      isMember,
      'group.member-added',
    ],
    [
      'an application, at the person',
      () => post(`/admin/users/${ids.user}/applications`, /applications\/remove$/, { id: ids.application }),
      isAssigned('users'),
      'application.assigned',
    ],
    [
      'an application of a group',
      async () => ana.submit(ana.form(await ana.get(at(`/admin/groups/${ids.group}/applications/${ids.application}/remove`)), /remove$/)),
      isAssigned('groups'),
      'application.assigned',
    ],
    [
      'an assignment, at the application',
      () => post(`/admin/applications/${ids.application}/assignments`, /assignments\/remove$/, { assignee: `user:${ids.user}` }),
      isAssigned('users'),
      'application.assigned',
    ],
  ];

  for (const [what, remove, holds, event] of places)
    it(what, async () => {
      expect(await holds()).to.equal(true);
      const removed = await remove();
      expect(await holds()).to.equal(false);
      const before = (await eventsOf(await server.scope(), { type: event as never })).length;
      const undone = await ana.submit(ana.form(removed, /undo$/));
      expect(load(undone.text)('[role=status]').text()).to.contain('Undone.');
      expect(undone.url.split('?')[0]).to.equal(removed.url.split('?')[0]);
      expect(await holds()).to.equal(true);
      expect((await eventsOf(await server.scope(), { type: event as never })).length).to.equal(before + 1);
    });

  it('not after a minute, nor in another session, nor by what was made up; and a second removal offers nothing', async () => {
    const question = await ana.get(at(`/admin/groups/${ids.group}/members/${ids.user}/remove`));
    const removed = await leave();
    const form = ana.form(removed, /undo$/);
    expect((await ana.submit(ana.form(question, /remove$/))).text).to.not.contain('/admin/undo');
    const other = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const theirs = other.form(await other.get(removed.url), /undo$/);
    expect((await other.submit(theirs)).text).to.contain('Too late to undo');
    expect((await ana.submit(form, { undo: 'made-up' })).text).to.contain('Too late to undo');
    wait(1.1);
    expect((await ana.submit(form)).text).to.contain('Too late to undo');
    expect(await isMember()).to.equal(false);
  });
});
