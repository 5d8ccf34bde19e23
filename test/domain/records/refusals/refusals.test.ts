import { expect } from 'chai';
import { listDailyCounts, sealEvents, verifyChain } from '../../../../src/domain/records/audit/index.ts';
import {
  closeRefusals,
  countRefusal,
  findRefusals,
  listRefusals,
  mostSources,
  sweepRefusals,
} from '../../../../src/domain/records/refusals/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import { createLog } from '../../../../src/platform/log/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/records: refusals', () => {
  const store = useStore();
  const from = (ip: string, scope = store.scope): Scope => ({ ...scope, actor: { kind: 'anonymous', name: '', ip } });
  const type = 'authorization.failed';
  const events = async (reason: string) => (await eventsOf(store.scope, { type })).filter((event) => event.reason === reason);
  const close = () =>
    closeRefusals.run({
      db: store.scope.db,
      clock: store.scope.clock,
      log: createLog('silent'),
      scopeOf: (contextId) => ({ ...store.scope, contextId, actor: { kind: 'system', name: 'jobs' } }),
    });
  /** To a minute after the hour: nothing of a test straddles one by chance. */
  const nextHour = () => store.wait(61 - new Date(store.scope.clock.now()).getUTCMinutes());
  beforeEach(nextHour);

  it('five hundred at once, from many addresses, are one event at once and one when the hour is over', async () => {
    const scopes = Array.from({ length: 500 }, (_, n) => from(`198.51.${n % 100}.${n % 7}`));
    const counted = await Promise.all(
      scopes.map((scope, n) =>
        countRefusal(scope, { type, reason: 'flood', supportCode: `AAAA-${n}`, details: { application: 'Payroll' } }),
      ),
    );
    expect(new Set(counted.map(({ supportCode }) => supportCode)).size, 'every page shows the code of the event that there is').to.equal(1);
    const [first, ...others] = await events('flood');
    expect(others).to.deep.equal([]);
    expect(first).to.include({ supportCode: counted[0]!.supportCode, outcome: 'failure' });
    const open = (await findRefusals(store.scope, [first!.id])).get(first!.id)!;
    expect(open).to.include({ n: 500, reason: 'flood' });
    expect(open.sources).to.have.length(mostSources);
    expect(open.others + open.sources.reduce((sum, { n }) => sum + n, 0)).to.equal(500);
    await close();
    expect(await events('flood'), 'the hour is not over').to.have.length(1);
    nextHour();
    store.wait(1);
    await close();
    await close();
    const [, sum, ...more] = await events('flood');
    expect(more).to.deep.equal([]);
    expect(sum!.details).to.include({ times: 500, application: 'Payroll' });
    expect(sum!.details.addresses).to.have.length(mostSources);
    expect(sum!.actor.kind).to.equal('system');
  });

  it('the chain is sealed while the count grows, and stays whole; days count what an event stands for', async () => {
    for (let n = 0; n < 3; n++) await countRefusal(from('203.0.113.7'), { type, reason: 'sealed' });
    await sealEvents(store.scope, 'UTC');
    for (let n = 0; n < 4; n++) await countRefusal(from('203.0.113.7'), { type, reason: 'sealed' });
    expect(await verifyChain(store.scope)).to.not.have.property('breach');
    nextHour();
    store.wait(1);
    const before = await listDailyCounts(store.scope, [type], '2000-01-01');
    await close();
    await sealEvents(store.scope, 'UTC');
    expect(await verifyChain(store.scope)).to.not.have.property('breach');
    const total = (counts: typeof before) => counts.reduce((sum, { n }) => sum + n, 0);
    expect(total(await listDailyCounts(store.scope, [type], '2000-01-01')) - total(before), 'the first was counted').to.equal(6);
    expect((await events('sealed')).map(({ details }) => details.times)).to.deep.equal([undefined, 7]);
  });

  it('one is one event; each hour, reason, application, company and person is counted for itself', async () => {
    const applicationId = (await store.scope.db('applications').where({ context_id: store.scope.contextId }).first('application_id'))!
      .application_id as ApplicationId;
    const { userId } = await store.person();
    await countRefusal(from('203.0.113.7'), { type, reason: 'single' });
    await countRefusal(from('203.0.113.7'), { type, reason: 'single', applicationId });
    await countRefusal(from('203.0.113.7'), { type, reason: 'single', subject: { kind: 'user', id: userId, name: 'Ana' } });
    await countRefusal({ ...store.scope, actor: { kind: 'person', id: userId, name: 'Ana' } }, { type, reason: 'single', applicationId });
    await countRefusal(from('203.0.113.7', store.other), { type, reason: 'single' });
    expect(await events('single')).to.have.length(4);
    nextHour();
    store.wait(1);
    await close();
    expect(await events('single'), 'there is nothing to add').to.have.length(4);
    await countRefusal(from('203.0.113.7'), { type, reason: 'single' });
    expect(await events('single')).to.have.length(5);
  });

  it('what comes for an hour that was closed already is added to it', async () => {
    const at = new Date(store.scope.clock.now());
    const late: Scope = { ...from('203.0.113.7'), clock: { now: () => at } };
    for (let n = 0; n < 2; n++) await countRefusal(late, { type, reason: 'late' });
    nextHour();
    store.wait(1);
    await close();
    await countRefusal(late, { type, reason: 'late' });
    await close();
    expect((await events('late')).map(({ details }) => details.times)).to.deep.equal([undefined, 2, 3]);
  });

  it('of a person it says nothing outside of what is sealed for them, and nothing is left when they are gone', async () => {
    const { userId } = await store.person({ firstName: 'Zuleika' });
    const subject = { kind: 'user', id: userId, name: 'Zuleika' } as const;
    for (let n = 0; n < 2; n++)
      await countRefusal(from('203.0.113.7'), {
        type: 'sign-in.failed',
        reason: 'attempts-used-up',
        subject,
        details: { login: 'zuleika' },
      });
    expect(JSON.stringify(await store.scope.db('refusal_counts').where({ user_id: userId }))).to.not.match(/zuleika/i);
    nextHour();
    store.wait(1);
    await close();
    const told = await eventsOf(store.scope, { subjectId: userId, type: 'sign-in.failed' });
    expect(told.map(({ subjectName }) => subjectName)).to.deep.equal(['Zuleika', 'Zuleika']);
    await store.scope.db('users').where({ user_id: userId }).delete();
    expect(await store.scope.db('refusal_counts').where({ user_id: userId })).to.deep.equal([]);
    await countRefusal(from('203.0.113.99'), {
      type: 'sign-in.failed',
      reason: 'attempts-used-up',
      subject,
      details: { login: 'zuleika' },
    });
    const { rows } = await store.scope.db.raw("SELECT string_agg(e::text, ' ') AS all FROM audit_events e WHERE subject_id = ?", [userId]);
    expect(rows[0].all, 'nor written any more').to.not.match(/zuleika|203\.0\.113\.99/i);
  });

  it('lists the latest of each reason of an application, and of each application; a week later it is gone', async () => {
    const { scope } = store;
    const [one] = await scope.db('applications').where({ context_id: scope.contextId }).limit(1).select('application_id');
    const applicationId = one!.application_id as ApplicationId;
    for (const reason of ['wrong-secret', 'pkce-wrong', 'wrong-secret'])
      await countRefusal(from('203.0.113.7'), { type, reason, applicationId });
    const since = new Date(scope.clock.now().getTime() - 1_800_000);
    const listed = await listRefusals(scope, since, { applicationId });
    expect(listed.map(({ reason, n }) => [reason, n])).to.deep.equal([
      ['wrong-secret', 2],
      ['pkce-wrong', 1],
    ]);
    expect(listed[0]).to.deep.include({ lastSource: '203.0.113.7', sources: [{ address: '203.0.113.7', n: 2 }] });
    expect((await listRefusals(scope, since)).map(({ reason }) => reason)).to.deep.equal(['wrong-secret']);
    await scope
      .db('refusal_counts')
      .update({ hour: scope.db.raw("date_trunc('hour', now()) - interval '8 days'") })
      .where({ application_id: applicationId, reason: 'pkce-wrong' });
    await sweepRefusals(scope.db);
    expect(await scope.db('refusal_counts').where({ reason: 'pkce-wrong' }), 'what is open stays').to.have.length(1);
    await close();
    await sweepRefusals(scope.db);
    expect(await scope.db('refusal_counts').where({ reason: 'pkce-wrong' })).to.deep.equal([]);
  });
});
