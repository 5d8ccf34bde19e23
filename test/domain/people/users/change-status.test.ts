import { expect } from 'chai';
import {
  canChangeStatus,
  changeStatus,
  getUser,
  requestDeletion,
  type StatusChange,
  type User,
} from '../../../../src/domain/people/users/index.ts';
import type { Status } from '../../../../src/domain/people/users/user.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

const all: StatusChange[] = ['activate', 'block', 'unblock', 'deactivate', 'reactivate'];

/** Where each change leads from each status; what is left out is refused. */
const leads: Record<Status, Partial<Record<StatusChange, Status>>> = {
  invited: { activate: 'activated', deactivate: 'deactivated' },
  activated: { block: 'blocked', deactivate: 'deactivated' },
  blocked: { unblock: 'activated', deactivate: 'deactivated' },
  deactivated: { reactivate: 'activated' },
};

describe('domain/people/users: changing a status (S128, S129, S134)', () => {
  const store = useStore();

  /** Somebody who came to this status by the changes that lead there. */
  async function personIn(status: Status): Promise<User> {
    if (status === 'invited') return store.person({ status });
    const user = await store.person();
    if (status === 'activated') return user;
    return changeStatus(store.scope, user.userId, status === 'blocked' ? 'block' : 'deactivate');
  }

  for (const [status, targets] of Object.entries(leads) as [Status, (typeof leads)[Status]][])
    for (const change of all) {
      const target = targets[change];
      it(`${change} of a person who is ${status} ${target ? `leads to ${target}` : 'is refused'}`, async () => {
        const user = await personIn(status);
        expect(canChangeStatus(user, change)).to.equal(target !== undefined);
        if (!target) return void (await store.refused('status_conflict', () => changeStatus(store.scope, user.userId, change)));
        await store.inOneTransaction((scope) => changeStatus(scope, user.userId, change));
        store.wait(1);
        const types = await store.eventsOf(() => changeStatus(store.scope, user.userId, change));
        expect(types).to.deep.equal([`user.${change === 'unblock' ? 'unblocked' : `${change.replace(/e$/, '')}ed`}`]);
        const after = await getUser(store.scope, user.userId);
        expect(after.status).to.equal(target);
        expect(after.statusChangedAt > user.statusChangedAt, 'S78').to.equal(true);
        expect(after.version).to.equal(user.version + 1);
      });
    }

  it('whoever was invited and deactivated comes back as invited', async () => {
    const { userId } = await store.person({ status: 'invited' });
    await changeStatus(store.scope, userId, 'deactivate');
    expect((await changeStatus(store.scope, userId, 'reactivate')).status).to.equal('invited');
  });

  it('losing access queues the end of the sessions; getting it back does not', async () => {
    const queued = async (userId: string) => {
      const { rows } = await store.scope.db.raw<{ rows: unknown[] }>(
        "SELECT 1 FROM graphile_worker._private_jobs WHERE payload->>'userId' = ?",
        [userId],
      );
      return rows.length;
    };
    const user = await store.person();
    await changeStatus(store.scope, user.userId, 'deactivate');
    expect(await queued(user.userId)).to.equal(1);
    await changeStatus(store.scope, user.userId, 'reactivate');
    expect(await queued(user.userId)).to.equal(1);
  });

  it('nobody deactivates or deletes their own account or the last administrator; a lockout may hit them', async () => {
    const [last] = (
      await store.scope.db('users').where({ context_id: store.scope.contextId, role: 'administrator' }).select('user_id')
    ).map(({ user_id }) => user_id);
    for (const work of [() => changeStatus(store.scope, last!, 'deactivate'), () => requestDeletion(store.scope, last!)])
      await store.refused('last_administrator', work);
    const second = await store.person({ role: 'administrator' });
    const own = actingFor(store.scope, second);
    for (const work of [() => changeStatus(own, second.userId, 'deactivate'), () => requestDeletion(own, second.userId)])
      await store.refused('own_account', work);
    expect((await changeStatus(store.scope, last!, 'block')).status).to.equal('blocked');
    await store.refused('last_administrator', () => changeStatus(store.scope, second.userId, 'deactivate'));
    await changeStatus(store.scope, last!, 'unblock');
  });

  it('S130: a deletion that was asked for ends every other change', async () => {
    const user = await store.person();
    await store.inOneTransaction((scope) => requestDeletion(scope, user.userId));
    const types = await store.eventsOf(() => requestDeletion(store.scope, user.userId));
    expect(types).to.deep.equal(['user.deactivated', 'user.deletion-requested']);
    for (const change of all) await store.refused('status_conflict', () => changeStatus(store.scope, user.userId, change));
    await store.refused('status_conflict', () => requestDeletion(store.scope, user.userId));
  });

  it('S131: ids of nobody and of another company’s people are not found', async () => {
    const stranger = await store.stranger();
    for (const id of [unknownId, stranger, 'no-id', '']) {
      for (const change of all) await store.refused('not_found', () => changeStatus(store.scope, id, change));
      await store.refused('not_found', () => requestDeletion(store.scope, id));
    }
  });
});
