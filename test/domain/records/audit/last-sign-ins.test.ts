import { expect } from 'chai';
import { deleteUser, requestDeletion } from '../../../../src/domain/people/users/index.ts';
import { listLastSignIns, recordEvent, sealEvents } from '../../../../src/domain/records/audit/index.ts';
import { inTransaction, type UserId } from '../../../../src/domain/scope.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/records/audit: when people last signed in', () => {
  const store = useStore();
  const sign = async (userId: UserId, type: 'sign-in.succeeded' | 'sign-in.failed') => {
    store.wait(1);
    const at = store.scope.clock.now();
    await inTransaction(store.scope, (inside) =>
      recordEvent(inside, {
        type,
        subject: { kind: 'user', id: userId, name: 'X' },
        outcome: type === 'sign-in.failed' ? 'failure' : 'success',
      }),
    );
    return at;
  };
  // the clock goes on while an event is recorded
  const later = (at: Date) => new Date(at.getTime() + 30_000);
  const last = async (userId: UserId) => (await listLastSignIns(store.scope, [userId])).get(userId);

  it('is noted when their events are sealed, by the latest that went well, and goes with the person', async () => {
    const { userId } = await store.person();
    const never = await store.person();
    await sign(userId, 'sign-in.succeeded');
    const second = await sign(userId, 'sign-in.succeeded');
    await sign(userId, 'sign-in.failed');
    await sign(never.userId, 'sign-in.failed');
    expect(await last(userId), 'a sign-in itself writes nothing for it').to.equal(undefined);
    await sealEvents(store.scope, 'UTC');
    expect(await last(userId)).to.be.within(second, later(second));
    expect(await last(never.userId)).to.equal(undefined);
    const third = await sign(userId, 'sign-in.succeeded');
    await sealEvents(store.scope, 'UTC');
    expect(await last(userId)).to.be.within(third, later(third));
    await requestDeletion(store.scope, userId);
    await sign(userId, 'sign-in.succeeded');
    await inTransaction(store.scope, (inside) => deleteUser(inside, userId));
    await sealEvents(store.scope, 'UTC');
    expect(await last(userId)).to.equal(undefined);
  });
});
