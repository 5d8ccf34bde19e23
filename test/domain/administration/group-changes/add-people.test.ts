import { expect } from 'chai';
import { runBulkChange } from '../../../../src/domain/administration/account-changes/bulk.ts';
import { startBulkChange } from '../../../../src/domain/administration/account-changes/index.ts';
import { type ApplyOptions, applyState, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { editPerson } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { addToGroup, linkPerson } from '../../../../src/domain/administration/group-changes/index.ts';
import { createGroup, listGroupsOfUser } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { getOperation } from '../../../../src/domain/records/operations/index.ts';
import { changePolicy, confirmPolicy } from '../../../../src/domain/sign-in/authentication/index.ts';
import { defaultRules, loadPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { useStore } from '../../../support/use-cases.ts';

/** Another day than today, all of it. */
const otherDay = (now: Date) => ({ days: [1 + ((now.getUTCDay() + 2) % 7)], from: '00:00', to: '23:59', timeZone: 'UTC' });

describe('domain/administration: no write leaves a company without an administrator who gets in', () => {
  const store = useStore();
  let ana: User;
  let group: string;

  const setRules = async (overrides: object[], isConfirmed = true) => {
    const { version } = await loadPolicy(store.scope);
    const done = await changePolicy(store.scope, { base: defaultRules.base, overrides }, version);
    if (isConfirmed && done.outcome === 'on-trial') await confirmPolicy(store.scope, version + 1);
  };
  const ofGroup = (rule: object, groupId = group) => ({ overrideId: newId(), for: { kind: 'group', groupId }, ...rule });
  const isMember = async (userId = ana.userId) => (await listGroupsOfUser(store.scope, userId)).some(({ groupId }) => groupId === group);
  const goneSessions = () =>
    store.scope.db('sessions').where('context_id', store.scope.contextId).update({ ended_at: store.scope.clock.now() });

  beforeEach(async () => {
    const { db, contextId } = store.scope;
    await db('sign_in_policies').where('context_id', contextId).delete();
    await db('users')
      .where({ context_id: contextId, role: 'administrator' })
      .whereNot('email', 'ana@acme.example')
      .update({ role: 'regular' });
    await goneSessions();
    ana = (await findUserByLogin(store.scope, 'ana@acme.example'))!;
    group = (await createGroup(store.scope, { name: `Walled ${newId()}` })).groupId;
  });

  const walls: [code: string, rule: () => object, params: () => object][] = [
    ['group_networks_lock_out', () => ({ networks: ['192.0.2.0/24'] }), () => ({ networks: '192.0.2.0/24' })],
    ['group_hours_lock_out', () => ({ hours: otherDay(store.scope.clock.now()) }), () => ({ from: '00:00', to: '23:59', timeZone: 'UTC' })],
    ['group_factors_lock_out', () => ({ secondFactor: { demand: 'required', factors: ['passkey'] } }), () => ({})],
  ];
  for (const [code, rule, params] of walls)
    it(`joining a group is refused with ${code}, by every way to join, and nothing is written`, async () => {
      await setRules([ofGroup(rule())]);
      await store.session(ana.userId); // from 127.0.0.1
      const options = { usableFactors: ['totp' as const] };
      const ways = [
        () => addToGroup(store.scope, group, [ana.userId], options),
        () => linkPerson(store.scope, ana.userId, { groupIds: [group], applicationIds: [] }, options),
      ];
      for (const way of ways) await store.refused(code, way);
      const { name } = (await store.scope.db('groups').where('group_id', group).first('name'))!;
      const error = await addToGroup(store.scope, group, [ana.userId], options).catch((reason) => reason);
      expect(error.params).to.deep.equal({ group: name, ...params() });
      expect(await isMember()).to.equal(false);
      await addToGroup(store.scope, group, [ana.userId], { ...options, mayLockOut: true });
      expect(await isMember()).to.equal(true);
    });

  it('of many at once the others join, and it is said why an administrator did not', async () => {
    await setRules([ofGroup({ networks: ['192.0.2.0/24'] })]);
    await store.session(ana.userId);
    const rui = await store.person();
    const scope = { ...store.scope, actor: { ...store.scope.actor, kind: 'person' as const, id: ana.userId } };
    const id = await startBulkChange(scope, { ids: [ana.userId, rui.userId] }, { change: 'add-to-groups', linkTo: [group], locale: 'en' });
    await runBulkChange(scope, await getOperation(scope, id));
    const outcomes = await scope.db('operation_items').where('operation_id', id).orderBy('outcome').pluck('outcome');
    expect(outcomes).to.deep.equal(['done', 'groups_lock_out']);
    expect([await isMember(), await isMember(rui.userId)]).to.deep.equal([false, true]);
  });

  it('who gets in, one who stays outside, other people and groups without such rules are no reason to refuse', async () => {
    await setRules([ofGroup({ networks: ['127.0.0.0/8'], session: { idleMinutes: 5 } })]);
    await store.session(ana.userId);
    await addToGroup(store.scope, group, [ana.userId]);
    const free = (await createGroup(store.scope, { name: `Free ${newId()}` })).groupId;
    group = (await createGroup(store.scope, { name: `Far ${newId()}` })).groupId;
    await setRules([ofGroup({ networks: ['192.0.2.0/24'] }), ofGroup({ password: { minLength: 20 } }, free)]);
    await addToGroup(store.scope, free, [ana.userId]);
    await addToGroup(store.scope, group, [(await store.person()).userId]);
    const second = await store.person({ role: 'administrator' });
    await store.session(second.userId);
    await addToGroup(store.scope, group, [ana.userId]);
    await store.refused('group_networks_lock_out', () => addToGroup(store.scope, group, [second.userId]));
  });

  it('rules that come back when a trial ends count as well as those on trial', async () => {
    await setRules([ofGroup({ networks: ['192.0.2.0/24'] })]);
    await store.session(ana.userId);
    await setRules([], false);
    const other = (await createGroup(store.scope, { name: `Other ${newId()}` })).groupId;
    await setRules([ofGroup({ networks: ['192.0.2.0/24'] }, other)], false);
    for (const id of [group, other]) await store.refused('group_networks_lock_out', () => addToGroup(store.scope, id, [ana.userId]));
  });

  it('two administrators who join at once by different hands do not both leave', async () => {
    await setRules([ofGroup({ networks: ['192.0.2.0/24'] })]);
    const second = await store.person({ role: 'administrator' });
    for (const { userId } of [ana, second]) await store.session(userId);
    const done = await Promise.allSettled([ana, second].map(({ userId }) => addToGroup(store.scope, group, [userId])));
    expect(done.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('the role of the only administrator who gets in is not taken', async () => {
    await setRules([ofGroup({ networks: ['192.0.2.0/24'] })]);
    const second = await store.person({ role: 'administrator' });
    await store.session(ana.userId);
    await addToGroup(store.scope, group, [second.userId]);
    await store.session(second.userId);
    await store.refused('role_locks_out', () => editPerson(store.scope, ana.userId, { role: 'regular' }));
    await editPerson(store.scope, second.userId, { role: 'regular' });
    expect((await getUser(store.scope, ana.userId)).role).to.equal('administrator');
  });

  describe('from a file', () => {
    const apply = (more: object, options: ApplyOptions = {}) =>
      applyState(store.scope, parseState({ contexts: [{ code: 'acme', ...more }] }), options);
    const faults = (more: object, options: ApplyOptions = {}) =>
      store.unchanged(async () => {
        const error = await apply(more, options).catch((reason) => reason);
        if (!(error instanceof StateError)) expect.fail(`not refused: ${error}`);
        return error.faults.map(({ path, message }) => `${path} ${message}`);
      });
    const named = async () => (await store.scope.db('groups').where('group_id', group).first('name'))!.name;

    for (const isSignedIn of [true, false])
      it(`members and roles are refused with their place unless somebody has taken note of it; ${isSignedIn ? 'somebody' : 'nobody'} is signed in`, async () => {
        await setRules([ofGroup({ networks: ['192.0.2.0/24'] })]);
        const second = await store.person({ role: 'administrator', email: `second-${newId()}@acme.example` });
        await store.session(ana.userId);
        if (!isSignedIn) await goneSessions();
        const groups = [{ name: await named(), members: ['ana@acme.example', second.email] }];
        expect(await faults({ groups })).to.deep.equal(['contexts[0].groups[0] errors.group_networks_lock_out']);
        await apply({ groups: [{ name: groups[0]!.name, members: [second.email] }] });
        const users = [{ email: 'ana@acme.example', role: 'regular' }];
        expect(await faults({ users })).to.deep.equal(['contexts[0].users[0] errors.role_locks_out']);
        await apply({ groups }, { acceptLockout: true });
        expect(await isMember()).to.equal(true);
      });

    it('another host is refused where all administrators hold passkeys only, which stay behind', async () => {
      const { db, contextId, clock } = store.scope;
      const options = { baseUrl: 'https://id.example' };
      const address = 'https://login.acme.example';
      const second = await store.person({ role: 'administrator' });
      const enrol = (userId: string, kind: string) =>
        db('second_factors').insert({
          context_id: contextId,
          user_id: userId as never,
          factor_id: newId(),
          kind,
          name: kind,
          created_at: clock.now(),
        });
      await enrol(ana.userId, 'passkey');
      await apply({ address }, options); // the second holds none, and is asked for none
      await enrol(second.userId, 'passkey');
      for (const other of ['https://elsewhere.acme.example', null])
        expect(await faults({ address: other }, options)).to.deep.equal(['contexts[0].address errors.address_without_way_in']);
      await apply({ address: `${address}:8443` }, options); // the same host
      await apply({ address: 'https://elsewhere.acme.example' }, { ...options, acceptLockout: true });
      await enrol(second.userId, 'totp');
      await apply({ address: null }, options);
      await db('second_factors').where('context_id', contextId).delete();
    });
  });
});
