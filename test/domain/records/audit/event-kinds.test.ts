import { expect } from 'chai';
import {
  auditEventTypes,
  type EventKind,
  eventKinds,
  listEvents,
  recordAlone,
  viewEventTypes,
} from '../../../../src/domain/records/audit/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/records/audit: kinds of events', () => {
  const store = useStore();

  it('sign-ins, changes and reads have nothing in common, and every look is a read and no activity', () => {
    const { access, changes, reads, activity } = eventKinds;
    const all = [...access, ...changes, ...reads];
    expect(all).to.deep.equal([...new Set(all)]);
    expect(reads).to.include.members(viewEventTypes);
    expect([...activity, ...viewEventTypes]).to.have.members([...auditEventTypes]);
  });

  it('of each kind the newest come first, a page at a time, whatever lies between them', async () => {
    const { scope } = store;
    for (let n = 0; n < 40; n++) {
      await recordAlone(scope, { type: 'sign-in.succeeded' });
      if (n % 2) await recordAlone(scope, { type: 'user.viewed' });
      if (n % 10 === 0) for (const type of ['user.created', 'group.created'] as const) await recordAlone(scope, { type });
    }
    await recordAlone(store.other, { type: 'user.created' });
    const { items: all } = await listEvents(scope, {}, 1000);
    for (const kind of Object.keys(eventKinds) as EventKind[])
      for (const more of [{}, { outcome: 'success' }, { from: all.at(-1)!.at }]) {
        const found: string[] = [];
        for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
          const page = await listEvents(scope, { kind, ...more, cursor }, 3);
          found.push(...page.items.map(({ id }) => id));
          cursor = page.cursor;
        }
        expect(found, kind).to.deep.equal(all.filter(({ type }) => eventKinds[kind].includes(type as never)).map(({ id }) => id));
      }
  });

  it('of what is no id there are none, as of an id that nothing has', async () => {
    await recordAlone(store.scope, { type: 'user.created' });
    for (const filter of ['subjectId', 'actorId', 'applicationId', 'personId'])
      for (const text of ['payroll', '01a206a1-218b-717a-90d6-7184e7351020'])
        expect((await listEvents(store.scope, { [filter]: text })).items, `${filter} ${text}`).to.deep.equal([]);
  });
});
