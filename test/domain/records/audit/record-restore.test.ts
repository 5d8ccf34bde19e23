import { expect } from 'chai';
import { recordRestore } from '../../../../src/domain/records/audit/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/records/audit: a restore', () => {
  const store = useStore();

  it('is told in the company, with the moment that it is as of', async () => {
    const restore = { takenAt: '2026-11-30T08:00:00.000Z', software: '0.2.0' };
    await store.inOneTransaction((scope) => recordRestore(scope, restore));
    expect(await store.eventsOf(() => recordRestore(store.scope, restore))).to.deep.equal(['store.restored']);
    const [event] = await store.scope.db('audit_events').where('type', 'store.restored').select('details');
    expect(event!.details).to.deep.equal(restore);
  });
});
