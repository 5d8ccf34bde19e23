import { expect } from 'chai';
import { findFailure, recordFailure, sweepFailures } from '../../../../src/domain/records/page-failures/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('page failures', () => {
  const store = useStore();
  let next = 0;
  const failure = (more: object = {}) => ({
    supportCode: `TEST-${1000 + next++}`,
    code: 'not_found',
    status: 404,
    page: '',
    facts: {},
    ...more,
  });
  const rows = async () => Number((await store.scope.db('page_failures').count({ n: '*' }))[0]!.n);

  it('are found by their code in their company alone', async () => {
    const code = await recordFailure(store.scope, failure({ code: 'link_over', page: '/activate/:token', facts: { kind: 'invitation' } }));
    const found = (await findFailure(store.scope, code))!;
    expect(found).to.include({ code: 'link_over', status: 404, page: '/activate/:token', n: 1 });
    expect(found.facts).to.deep.equal({ kind: 'invitation' });
    expect(await findFailure(store.other, code)).to.equal(undefined);
    expect(await findFailure(store.scope, 'NONE-NONE')).to.equal(undefined);
  });

  it('of one fault, page and person are one row an hour, and everybody gets its code', async () => {
    const before = await rows();
    const codes = await Promise.all(Array.from({ length: 300 }, () => recordFailure(store.scope, failure({ page: '/flood' }))));
    expect(new Set(codes).size).to.equal(1);
    expect(await rows()).to.equal(before + 1);
    expect((await findFailure(store.scope, codes[0]!))!.n).to.equal(300);
    store.wait(61);
    const later = await recordFailure(store.scope, failure({ page: '/flood' }));
    expect(later, 'another hour').to.not.equal(codes[0]);
  });

  it('never grow the chain of the audit', async () => {
    expect(await store.eventsOf(() => recordFailure(store.scope, failure({ page: '/quiet' })))).to.deep.equal([]);
  });

  it('keep no more than a few facts', async () => {
    const code = await recordFailure(store.scope, failure({ page: '/large', facts: { text: 'x'.repeat(100_000) } }));
    expect((await findFailure(store.scope, code))!.facts).to.deep.equal({});
  });

  it('go with the person they are about', async () => {
    const { userId } = await store.person();
    const code = await recordFailure(store.scope, failure({ page: '/own', userId }));
    expect((await findFailure(store.scope, code))!.userId).to.equal(userId);
    await store.scope.db('users').where({ user_id: userId }).delete();
    expect(await findFailure(store.scope, code)).to.equal(undefined);
    // somebody who is gone already: it is kept without them
    const without = await recordFailure(store.scope, failure({ page: '/own', userId, facts: { role: 'regular' } }));
    expect(await findFailure(store.scope, without)).to.include({ userId: undefined });
    expect((await findFailure(store.scope, without))!.facts).to.deep.equal({});
  });

  it('are swept after a month', async () => {
    const code = await recordFailure(store.scope, failure({ page: '/old' }));
    await store.scope
      .db('page_failures')
      .where({ support_code: code })
      .update({ hour: new Date(Date.now() - 31 * 86_400_000) });
    expect(await sweepFailures(store.scope.db)).to.be.greaterThan(0);
    expect(await findFailure(store.scope, code)).to.equal(undefined);
  });
});
