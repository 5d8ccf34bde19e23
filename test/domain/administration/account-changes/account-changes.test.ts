import { expect } from 'chai';
import {
  type AccountChange,
  accountChanges,
  type BulkChange,
  changeAccount,
  changeUsers,
  deleteAccount,
  deleteAccountJob,
  offersChange,
  runBulkChange,
  startBulkChange,
} from '../../../../src/domain/administration/account-changes/index.ts';
import { runOperationJob } from '../../../../src/domain/administration/operation-runs/index.ts';
import { createGroup, groupNamesOf } from '../../../../src/domain/people/groups/index.ts';
import { findPlan, followPlan, planDeactivation } from '../../../../src/domain/people/planned-deactivations/index.ts';
import { changeStatus, findUserById, getUser, type Status, type User } from '../../../../src/domain/people/users/index.ts';
import { reserveAttempt } from '../../../../src/domain/records/attempts/index.ts';
import { getOperation, listOperations, listRefused } from '../../../../src/domain/records/operations/index.ts';
import type { Scope, UserId } from '../../../../src/domain/scope.ts';
import { findPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { listSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { dayIn } from '../../../../src/platform/clock/index.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

const all = Object.keys(accountChanges) as AccountChange[];
const attempt = { limit: 1, decayMinutes: 15 };
/** What is offered of somebody with an e-mail (S112–S136). */
const offered: Record<Status | 'deleting', AccountChange[]> = {
  invited: ['resend-invitation', 'deactivate', 'delete'],
  activated: ['deactivate', 'delete'],
  blocked: ['unblock', 'deactivate', 'delete'],
  deactivated: ['reactivate', 'delete'],
  deleting: [],
};

describe('domain/administration/account-changes', () => {
  const store = useStore();
  let administrator: User;
  let own: Scope;
  before(async () => {
    administrator = await store.person({ role: 'administrator' });
    own = actingFor(store.scope, administrator);
  });

  async function personIn(status: Status | 'deleting', username?: string): Promise<User> {
    const { userId } = await store.person({ status: status === 'invited' ? status : 'activated', ...(username ? { username } : {}) });
    if (status === 'blocked') await changeStatus(store.scope, userId, 'block');
    if (status === 'deactivated') await changeStatus(store.scope, userId, 'deactivate');
    if (status === 'deleting') await changeAccount(store.scope, 'delete', userId, 'en');
    return getUser(store.scope, userId);
  }

  for (const status of Object.keys(offered) as (keyof typeof offered)[])
    it(`of somebody who is ${status} what is offered goes through as a whole, and all else is refused`, async () => {
      const user = await personIn(status);
      expect(all.filter((change) => offersChange(change, user, false))).to.deep.equal(offered[status]);
      for (const change of all) {
        const work = (scope: Scope) => changeAccount(scope, change, user.userId, 'en');
        if (offered[status].includes(change)) await store.inOneTransaction(work);
        else await store.refused('status_conflict', () => work(store.scope));
      }
    });

  it('S117, S118: a temporary password for who has no e-mail ends the sessions and counts again', async () => {
    const user = await personIn('activated', 'no.mail');
    const { userId } = user;
    expect(all.filter((change) => offersChange(change, user, false))).to.include('reset-password');
    await store.session(userId);
    await reserveAttempt(store.scope, userId, 'stranger', attempt);
    await store.inOneTransaction((scope) => changeAccount(scope, 'reset-password', userId, 'en'));
    expect(await listSessionsOfUser(store.scope, userId)).to.have.length(1);
    const types = await store.eventsOf(() => changeAccount(store.scope, 'reset-password', userId, 'en'));
    expect(types).to.deep.equal(['user.temporary-password-set', 'session.ended']);
    expect(await findPassword(store.scope, userId)).to.include({ mustChange: true });
    expect(await listSessionsOfUser(store.scope, userId)).to.deep.equal([]);
    expect((await reserveAttempt(store.scope, userId, 'stranger', attempt)).taken).to.equal(1);
  });

  it('an unblock gives the attempts back', async () => {
    const { userId } = await personIn('blocked');
    await reserveAttempt(store.scope, userId, 'stranger', attempt);
    expect((await reserveAttempt(store.scope, userId, 'stranger', attempt)).taken).to.equal(undefined);
    expect(await store.eventsOf(() => changeAccount(store.scope, 'unblock', userId, 'en'))).to.deep.equal(['user.unblocked']);
    expect((await reserveAttempt(store.scope, userId, 'stranger', attempt)).taken).to.equal(1);
  });

  it('whoever is reactivated within a planned period stays: the rest of it is dropped with it', async () => {
    const { userId } = await store.person();
    const today = dayIn('UTC', store.scope.clock.now());
    const later = dayIn('UTC', new Date(store.scope.clock.now().getTime() + 10 * 86_400_000));
    await planDeactivation(store.scope, userId, { startsOn: today, endsOn: later, description: '' }, 'UTC');
    await followPlan(store.scope, userId, 'UTC');
    expect((await getUser(store.scope, userId)).status).to.equal('deactivated');
    await store.inOneTransaction((scope) => changeAccount(scope, 'reactivate', userId, 'en'));
    const types = await store.eventsOf(() => changeAccount(store.scope, 'reactivate', userId, 'en'));
    expect(types).to.deep.equal(['user.reactivated', 'user.deactivation-removed']);
    expect(await findPlan(store.scope, userId)).to.equal(undefined);
  });

  it('of their own account administrators are offered only what helps them in', async () => {
    for (const status of Object.keys(offered) as (keyof typeof offered)[]) {
      const user = await personIn(status);
      const left = status === 'blocked' ? ['unblock'] : [];
      expect(
        all.filter((change) => offersChange(change, user, true)),
        status,
      ).to.deep.equal(left);
    }
    for (const change of ['deactivate', 'delete'] as const)
      await store.refused('own_account', () => changeAccount(own, change, administrator.userId, 'en'));
  });

  it('S131: ids of nobody and of another company’s people are not found', async () => {
    for (const id of [unknownId, await store.stranger(), 'no-id', ''])
      for (const change of all) await store.refused('not_found', () => changeAccount(own, change, id, 'en'));
  });

  it('S130, S133: an account is removed only after its deletion was asked for, with its sessions and operations', async () => {
    const other = await store.person({ role: 'administrator' });
    const { userId } = other;
    await store.unchanged(() => deleteAccount(store.scope, userId));
    await store.unchanged(() => deleteAccount(store.scope, unknownId));
    await store.session(userId);
    await startBulkChange(actingFor(store.scope, other), { ids: [administrator.userId] }, { change: 'unblock', locale: 'en' });
    await changeAccount(own, 'delete', userId, 'en');
    expect(await findUserById(store.scope, userId), 'until the job has run').to.have.property('deletingSince');
    await store.inOneTransaction((scope) => deleteAccount(scope, userId));
    const payload = (await store.queued('delete-account')).find((job) => job.userId === userId)!;
    expect(JSON.stringify(payload), 'the queue names nobody').to.not.contain(other.firstName);
    const types = await store.eventsOf(() => deleteAccountJob.run(() => store.scope, payload, undefined, { isLast: false }));
    expect(types).to.deep.equal(['session.ended', 'user.deleted']);
    expect(await findUserById(store.scope, userId)).to.equal(undefined);
    expect(await store.scope.db('sessions').where('user_id', userId)).to.deep.equal([]);
    expect(await store.scope.db('operations').where('requested_by', userId)).to.deep.equal([]);
    await store.unchanged(() => deleteAccount(store.scope, userId));
  });

  describe('of many', () => {
    const bulk = (scope: Scope, ids: string[], change: BulkChange, agreed?: number, linkTo?: string[]) =>
      startBulkChange(scope, { ids }, { change, locale: 'en', linkTo }, agreed);
    const runBulk = (operationId: string) =>
      runOperationJob.run(
        () => store.scope,
        { contextId: store.scope.contextId, operationId },
        { runners: { [changeUsers.kind]: runBulkChange } },
        { isLast: false },
      );

    it('what is refused of one is noted, and the others go on; done again it does nothing twice', async () => {
      const [first, blocked, last, gone] = [
        await store.person(),
        await personIn('blocked'),
        await store.person(),
        await personIn('deleting'),
      ];
      const ids = [first, blocked, administrator, last, gone].map(({ userId }) => userId);
      const operationId = await bulk(own, [...ids, unknownId, await store.stranger(), 'no-id'], 'deactivate', 5);
      await deleteAccount(store.scope, gone.userId);
      const types = await store.eventsOf(() => runBulk(operationId));
      expect(types).to.deep.equal(['user.deactivated', 'user.deactivated', 'user.deactivated']);
      expect(await getOperation(own, operationId)).to.include({ state: 'done', total: 5, done: 3, refused: 2 });
      const refused = await listRefused(store.scope, operationId);
      expect(refused.map(({ userId, outcome }) => `${userId} ${outcome}`)).to.have.members([
        `${administrator.userId} own_account`,
        `${gone.userId} not_found`,
      ]);
      await store.unchanged(() => runBulk(operationId));
    });

    it('of one who is refused in the middle nothing stays', async () => {
      const { groupId } = await createGroup(store.scope, { name: 'Of many' });
      const [inside, outside] = [await store.person(), await store.person()];
      const ids = [inside.userId, outside.userId];
      const operationId = await bulk(own, ids, 'add-to-groups', 2, [groupId, unknownId]);
      expect(await store.eventsOf(() => runBulk(operationId))).to.deep.equal([]);
      expect((await listRefused(store.scope, operationId)).map(({ outcome }) => outcome)).to.deep.equal(['not_found', 'not_found']);
      for (const id of ids) expect(await groupNamesOf(store.scope, id), 'nor the group that is there').to.deep.equal(['Everyone']);
    });

    it('nobody chosen, another number than was agreed to, or too many that wait: nothing is started', async () => {
      const ids: UserId[] = [(await store.person()).userId, (await store.person()).userId];
      const asking = actingFor(store.scope, await store.person({ role: 'administrator' }));
      const start = (chosen: string[], agreed?: number) => bulk(asking, chosen, 'deactivate', agreed);
      for (const none of [[], [unknownId], ['no-id'], [await store.stranger()]]) await store.refused('invalid_input', () => start(none));
      for (const agreed of [0, 1, 3]) await store.refused('changed_meanwhile', () => start(ids, agreed));
      expect(await store.inCallersTransaction((scope) => bulk({ ...scope, actor: asking.actor }, ids, 'deactivate'))).to.equal(0);
      for (let n = 0; n < 10; n++) await start(ids, 2);
      await store.refused('too_many_operations', () => start(ids, 2));
      expect(await listOperations(asking)).to.have.length(10);
    });

    it('who has lost the role since is refused', async () => {
      const asking = await store.person({ role: 'administrator' });
      const { userId } = await store.person();
      const operationId = await bulk(actingFor(store.scope, asking), [userId], 'deactivate');
      await changeStatus(store.scope, asking.userId, 'deactivate');
      expect(await store.eventsOf(() => runBulk(operationId))).to.deep.equal([]);
      expect((await getUser(store.scope, userId)).status).to.equal('activated');
      const operation = await getOperation(actingFor(store.scope, asking), operationId);
      expect(operation).to.include({ state: 'failed', fault: 'administrators_only' });
    });
  });
});
