import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import {
  assignApplication,
  assignApplications,
  linkUser,
  listApplicationsOfUser,
  registerForEveryone,
  unassignApplication,
} from '../../../../src/domain/applications/assignments/index.ts';
import { createGroup, findGroupByName, groupNamesOf } from '../../../../src/domain/people/groups/index.ts';
import { requestDeletion } from '../../../../src/domain/people/users/index.ts';
import type { ApplicationId, UserId } from '../../../../src/domain/scope.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/applications/assignments', () => {
  const store = useStore();
  let payroll: ApplicationId;
  let mobile: ApplicationId;
  before(async () => {
    payroll = (await findApplicationByCode(store.scope, 'payroll'))!.applicationId;
    mobile = (await findApplicationByCode(store.scope, 'mobile'))!.applicationId;
  });
  const codesOf = async (userId: UserId) => (await listApplicationsOfUser(store.scope, userId)).map(({ code }) => code);

  it('a new application is assigned to Everyone with its registration, or not registered at all', async () => {
    const user = await store.person();
    const types = await store.eventsOf(() =>
      registerForEveryone(store.scope, {
        code: 'at-once',
        name: 'At once',
        oidc: { client_id: 'at-once', redirect_uris: ['https://app.acme.example/'] },
      }),
    );
    expect(types).to.deep.equal(['application.created', 'application.assigned']);
    expect(await codesOf(user.userId)).to.deep.equal(['at-once']);
    await registerForEveryone(store.scope, { code: 'at-once', name: 'Taken' }).then(
      () => expect.fail('a code that is taken'),
      ({ code }) => expect(code).to.equal('application_code_taken'),
    );
    await unassignApplication(store.scope, (await findApplicationByCode(store.scope, 'at-once'))!.applicationId, {
      kind: 'group',
      id: (await findGroupByName(store.scope, 'Everyone'))!.groupId,
    });
  });

  for (const kind of ['user', 'group'] as const)
    it(`S29, S32: is assigned to a ${kind} and taken away, each once`, async () => {
      const user = await store.person();
      const { groupId } = await createGroup(store.scope, { name: `Of a ${kind}` });
      await linkUser(store.scope, user.userId, { groupIds: [groupId], applicationIds: [] });
      const assignee = { kind, id: kind === 'user' ? user.userId : groupId };
      const types = await store.eventsOf(async () => {
        await assignApplication(store.scope, mobile, assignee);
        await assignApplication(store.scope, mobile, assignee);
        expect(await codesOf(user.userId)).to.deep.equal(['mobile']);
        await unassignApplication(store.scope, mobile, assignee);
        await unassignApplication(store.scope, mobile, assignee);
      });
      expect(types).to.deep.equal(['application.assigned', 'application.unassigned']);
      expect(await codesOf(user.userId)).to.deep.equal([]);
    });

  it('S32: what Everyone has, everybody has', async () => {
    const user = await store.person();
    const everyone = { kind: 'group', id: (await findGroupByName(store.scope, 'Everyone'))!.groupId } as const;
    await assignApplication(store.scope, mobile, everyone);
    expect(await codesOf(user.userId)).to.deep.equal(['mobile']);
    await unassignApplication(store.scope, mobile, everyone);
  });

  it('many assignments and links are all or none', async () => {
    const [ana, bia] = [await store.person(), await store.person()];
    const { groupId } = await createGroup(store.scope, { name: 'Linked' });
    const of = (id: string) => ({ applicationId: payroll, assignee: { kind: 'user' as const, id } });
    await store.refused('not_found', () => assignApplications(store.scope, [of(ana.userId), of(unknownId)]));
    await assignApplications(store.scope, [of(bia.userId), of(ana.userId)]);
    expect([await codesOf(ana.userId), await codesOf(bia.userId)]).to.deep.equal([['payroll'], ['payroll']]);
    await store.refused('not_found', () => linkUser(store.scope, ana.userId, { groupIds: [groupId], applicationIds: [unknownId] }));
    expect(await groupNamesOf(store.scope, ana.userId)).to.deep.equal(['Everyone']);
  });

  it('ids of nobody, of another company and no ids at all are refused, with nothing written', async () => {
    const { userId } = await store.person();
    const { groupId } = await createGroup(store.scope, { name: 'Here' });
    const elsewhere = {
      application: (await findApplicationByCode(store.other, 'payroll'))!.applicationId,
      group: (await createGroup(store.other, { name: 'There' })).groupId,
      user: await store.stranger(),
    };
    const cases: Refusals = [];
    for (const change of [assignApplication, unassignApplication]) {
      for (const id of [elsewhere.application, unknownId, 'no-id'])
        for (const assignee of [{ kind: 'user', id: userId } as const, { kind: 'group', id: groupId } as const])
          cases.push(['not_found', () => change(store.scope, id, assignee)]);
      for (const id of [elsewhere.user, unknownId, 'no-id', groupId])
        cases.push(['not_found', () => change(store.scope, mobile, { kind: 'user', id })]);
      for (const id of [elsewhere.group, unknownId, 'no-id', userId])
        cases.push(['not_found', () => change(store.scope, mobile, { kind: 'group', id })]);
    }
    const everyone = (await findGroupByName(store.scope, 'Everyone'))!.groupId;
    cases.push(['everyone_is_fixed', () => linkUser(store.scope, userId, { groupIds: [everyone], applicationIds: [mobile] })]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('whoever is being deleted is given nothing', async () => {
    const { userId } = await store.person();
    await requestDeletion(store.scope, userId);
    const types = await store.eventsOf(() => assignApplication(store.scope, mobile, { kind: 'user', id: userId }));
    expect(types).to.deep.equal([]);
    await store.refused('status_conflict', () => linkUser(store.scope, userId, { groupIds: [], applicationIds: [mobile] }));
  });

  it('the write and its event stand or fall together', async () => {
    const { userId } = await store.person();
    const assignee = { kind: 'user', id: userId } as const;
    await store.inOneTransaction((scope) => linkUser(scope, userId, { groupIds: [], applicationIds: [payroll, mobile] }));
    await store.inOneTransaction((scope) => assignApplication(scope, mobile, assignee));
    await assignApplication(store.scope, mobile, assignee);
    await store.inOneTransaction((scope) => unassignApplication(scope, mobile, assignee));
  });
});
