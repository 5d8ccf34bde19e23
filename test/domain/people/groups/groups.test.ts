import { expect } from 'chai';
import {
  addMembers,
  createGroup,
  editGroup,
  findGroupByName,
  getGroup,
  groupNamesOf,
  removeGroupRecord,
  removeMember,
  renameGroup,
  viewGroup,
  viewGroups,
} from '../../../../src/domain/people/groups/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/people/groups', () => {
  const store = useStore();
  const remove = (scope: Scope, groupId: string) => inTransaction(scope, (inside) => removeGroupRecord(inside, groupId));

  it('a group is created, edited and removed, each with its event', async () => {
    const { scope } = store;
    let groupId = '';
    const types = await store.eventsOf(async () => {
      groupId = (await createGroup(scope, { name: '  Legal ', description: 'Contracts' })).groupId;
      await editGroup(scope, groupId, { name: 'Law', description: '' });
      expect(await getGroup(scope, groupId)).to.include({ name: 'Law', description: '', version: 2 });
      await editGroup(scope, groupId, { name: 'Law', description: '' });
      await remove(scope, groupId);
    });
    expect(types, 'the same again is no edit').to.deep.equal(['group.created', 'group.edited', 'group.deleted']);
    await store.refused('not_found', () => getGroup(scope, groupId));
  });

  it('a directory may give a group another name, and only that', async () => {
    const { scope } = store;
    const { groupId } = await createGroup(scope, { name: 'Before', description: 'Ours' });
    await createGroup(scope, { name: 'Taken name' });
    expect(await renameGroup(scope, groupId, ' After ')).to.include({ name: 'After', description: 'Ours' });
    await store.unchanged(() => renameGroup(scope, groupId, 'After'));
    await store.refused('group_name_taken', () => renameGroup(scope, groupId, 'taken NAME'));
    await store.refused('invalid_input', () => renameGroup(scope, groupId, 'x'.repeat(101)));
    await store.inOneTransaction((inside) => renameGroup(inside, groupId, 'Again'));
  });

  it('people are added once and taken out once; who is in already is passed over', async () => {
    const { scope } = store;
    const { groupId } = await createGroup(scope, { name: 'Sales' });
    const [ana, bia] = [await store.person(), await store.person()];
    const types = await store.eventsOf(async () => {
      expect(await addMembers(scope, groupId, [ana.userId])).to.equal(1);
      expect(await addMembers(scope, groupId, [ana.userId, bia.userId, unknownId])).to.equal(1);
      await removeMember(scope, groupId, ana.userId);
      await removeMember(scope, groupId, ana.userId);
    });
    expect(types).to.deep.equal(['group.member-added', 'group.member-added', 'group.member-removed']);
    expect(await groupNamesOf(scope, ana.userId)).to.deep.equal(['Everyone']);
    expect(await groupNamesOf(scope, bia.userId)).to.deep.equal(['Everyone', 'Sales']);
  });

  it('S97, and the rest that is refused, by code, with nothing written', async () => {
    const { scope } = store;
    const { groupId } = await createGroup(scope, { name: 'Support' });
    const foreign = (await createGroup(store.other, { name: 'Foreign' })).groupId;
    const fixed = (await findGroupByName(scope, 'Everyone'))!.groupId;
    const { userId } = await store.person();
    const stranger = await store.stranger();
    const input = { name: 'Another' };
    const cases: Refusals = [
      ['invalid_input', () => createGroup(scope, { name: ' ' })],
      ['invalid_input', () => createGroup(scope, { name: 'x'.repeat(101) })],
      ['invalid_input', () => createGroup(scope, { name: 'two\nlines' })],
      ['invalid_input', () => createGroup(scope, { name: 'x', description: 'y'.repeat(501) })],
      ['group_name_taken', () => createGroup(scope, { name: 'SUPPÓRT' })],
      ['group_name_taken', () => createGroup(scope, { name: 'everyone' })],
      ['group_name_taken', () => editGroup(scope, groupId, { name: 'finance' })],
      ['invalid_input', () => editGroup(scope, groupId, { name: '' })],
      ['changed_meanwhile', () => editGroup(scope, groupId, input, 7)],
      ['everyone_is_fixed', () => editGroup(scope, fixed, input)],
      ['everyone_is_fixed', () => remove(scope, fixed)],
      ['everyone_is_fixed', () => addMembers(scope, fixed, [userId])],
      ['everyone_is_fixed', () => removeMember(scope, fixed, userId)],
      ['not_found', () => removeMember(scope, groupId, unknownId)],
      ['not_found', () => removeMember(scope, groupId, stranger)],
    ];
    for (const id of [unknownId, foreign, 'no-id'])
      for (const work of [
        () => editGroup(scope, id, input),
        () => remove(scope, id),
        () => addMembers(scope, id, [userId]),
        () => removeMember(scope, id, userId),
      ])
        cases.push(['not_found', work]);
    for (const [code, work] of cases) await store.refused(code, work);
    expect(await addMembers(scope, groupId, [stranger]), 'a person of another company').to.equal(0);
  });

  it('who looked at groups, and what for, stands in the audit; who looked for one that is not here left nothing', async () => {
    const { groupId } = await createGroup(store.scope, { name: 'देवनागरी' });
    const foreign = (await createGroup(store.other, { name: 'देवनागरी' })).groupId;
    const types = await store.eventsOf(async () => {
      expect((await viewGroups(store.scope, { search: 'देव' })).items.map((group) => group.groupId)).to.deep.equal([groupId]);
      expect((await viewGroups(store.scope, {})).items.map(({ name }) => name)).to.include.members(['Everyone', 'देवनागरी']);
      expect(await viewGroup(store.scope, groupId)).to.include({ groupId, name: 'देवनागरी' });
    });
    expect(types).to.deep.equal(['groups.listed', 'groups.listed', 'group.viewed']);
    const of = (type: string) => eventsOf(store.scope, { type });
    expect((await of('groups.listed')).map(({ details }) => details)).to.deep.equal([{ search: 'देव' }, {}]);
    expect((await of('group.viewed'))[0]).to.include({ subjectId: groupId, subjectName: 'देवनागरी' });
    for (const id of [foreign, unknownId, 'no-id']) await store.refused('not_found', () => viewGroup(store.scope, id));
    await store.inOneTransaction((scope) => viewGroups(scope, {}));
    await store.inOneTransaction((scope) => viewGroup(scope, groupId));
  });

  it('of writers at once one gets the name', async () => {
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => createGroup(store.scope, { name: 'Race' })));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).to.include({ code: 'group_name_taken' });
  });

  it('the write and its event stand or fall together', async () => {
    const { groupId } = await createGroup(store.scope, { name: 'Together' });
    const [inside, outside] = [await store.person(), await store.person()];
    await addMembers(store.scope, groupId, [inside.userId]);
    await store.inOneTransaction((scope) => createGroup(scope, { name: 'New' }));
    await store.inOneTransaction((scope) => editGroup(scope, groupId, { name: 'Apart' }));
    await store.inOneTransaction((scope) => addMembers(scope, groupId, [outside.userId]));
    await store.inOneTransaction((scope) => removeMember(scope, groupId, inside.userId));
    await store.inOneTransaction((scope) => remove(scope, groupId));
  });
});
