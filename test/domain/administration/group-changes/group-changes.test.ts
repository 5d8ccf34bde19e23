import { expect } from 'chai';
import {
  changeSecondFactorOfGroup,
  deleteGroup,
  findSecondFactorOfGroup,
  hasGroupRules,
} from '../../../../src/domain/administration/group-changes/index.ts';
import { createGroup, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { loadPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/group-changes', () => {
  const store = useStore();
  const groupWithRule = async (name: string): Promise<string> => {
    const { groupId } = await createGroup(store.scope, { name });
    await changeSecondFactorOfGroup(store.scope, groupId, true, ['totp']);
    return groupId;
  };

  it('S36: a second factor is required of a group, on trial, and left to the company again', async () => {
    const { groupId } = await createGroup(store.scope, { name: 'Treasury' });
    expect(await findSecondFactorOfGroup(store.scope, groupId)).to.deep.equal({ isRequired: false, revertsAt: undefined });
    const types = await store.eventsOf(async () => {
      expect(await changeSecondFactorOfGroup(store.scope, groupId, true, ['totp'])).to.have.property('outcome', 'on-trial');
    });
    expect(types).to.deep.equal(['sign-in-policy.changed']);
    const trial = await findSecondFactorOfGroup(store.scope, groupId);
    expect(trial.isRequired).to.equal(true);
    expect(trial.revertsAt).to.be.instanceOf(Date);
    store.wait(6);
    expect((await findSecondFactorOfGroup(store.scope, groupId)).isRequired, 'nobody confirmed it').to.equal(false);
  });

  it('S36: with a group go its rules, and those of others stay', async () => {
    const [gone, kept] = [await groupWithRule('Gone'), await groupWithRule('Kept')];
    expect(await hasGroupRules(store.scope, gone)).to.equal(true);
    const types = await store.eventsOf(() => deleteGroup(store.scope, gone));
    expect(types).to.deep.equal(['group.deleted', 'sign-in-policy.changed']);
    expect(JSON.stringify(await loadPolicy(store.scope))).not.to.contain(gone);
    expect(await hasGroupRules(store.scope, kept)).to.equal(true);
    const { groupId } = await createGroup(store.scope, { name: 'Without a rule' });
    expect(await store.eventsOf(() => deleteGroup(store.scope, groupId))).to.deep.equal(['group.deleted']);
  });

  it('Everyone and groups that are not here are refused, with nothing written', async () => {
    const everyone = (await findGroupByName(store.scope, 'Everyone'))!.groupId;
    const foreign = (await createGroup(store.other, { name: 'Foreign' })).groupId;
    await store.refused('everyone_is_fixed', () => deleteGroup(store.scope, everyone));
    for (const id of [unknownId, foreign, 'no-id']) {
      await store.refused('not_found', () => deleteGroup(store.scope, id));
      await store.refused('not_found', () => changeSecondFactorOfGroup(store.scope, id, true, ['totp']));
    }
  });

  it('the write and its events stand or fall together', async () => {
    const groupId = await groupWithRule('Together');
    const { groupId: without } = await createGroup(store.scope, { name: 'Not yet' });
    await store.inOneTransaction((scope) => deleteGroup(scope, groupId));
    await store.inOneTransaction((scope) => changeSecondFactorOfGroup(scope, without, true, ['totp']));
  });
});
