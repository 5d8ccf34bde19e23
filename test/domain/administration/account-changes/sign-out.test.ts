import { expect } from 'chai';
import { signOutUser } from '../../../../src/domain/administration/account-changes/index.ts';
import type { UserId } from '../../../../src/domain/scope.ts';
import { listSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/account-changes: signing somebody out', () => {
  const store = useStore();
  const sessions = async (userId: UserId) => (await listSessionsOfUser(store.scope, userId)).map(({ sessionId }) => sessionId).sort();

  it('ends one session, or all but the one at hand, and never somebody else’s', async () => {
    const [ana, bea] = [(await store.person()).userId, (await store.person()).userId];
    const [one, two, three] = [await store.session(ana), await store.session(ana), await store.session(ana)];
    const other = await store.session(bea);
    const elsewhere = await store.session(bea);
    const types = await store.eventsOf(async () => expect(await signOutUser(store.scope, ana, one, other)).to.equal(1));
    expect(types).to.deep.equal(['session.ended', 'user.signed-out']);
    expect(await sessions(ana)).to.deep.equal([two, three].sort());
    for (const nothing of [one, elsewhere, 'x'])
      expect(await store.unchanged(() => signOutUser(store.scope, ana, nothing, other)), nothing).to.equal(0);
    expect(await store.unchanged(() => signOutUser(store.scope, bea, other, other)), 'the one at hand').to.equal(0);
    expect(await signOutUser(store.scope, bea, 'all', other)).to.equal(1);
    expect(await sessions(bea)).to.deep.equal([other]);
    expect(await sessions(ana)).to.have.length(2);
    await store.inOneTransaction((scope) => signOutUser(scope, ana, 'all', other));
  });

  it('knows nobody of another company', async () => {
    const hand = await store.session((await store.person()).userId);
    await store.refused('not_found', async () => signOutUser(store.scope, await store.stranger(), 'all', hand));
  });
});
