import { expect } from 'chai';
import type { User } from '../../../../src/domain/people/users/index.ts';
import {
  type AuditEvent,
  type NewEvent,
  recordEvent,
  recordEvents,
  sealEvents,
  verifyChain,
} from '../../../../src/domain/records/audit/index.ts';
import { inTransaction, type Scope, type UserId } from '../../../../src/domain/scope.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/records/audit: recordEvents', () => {
  const store = useStore();

  it('what is recorded at once is as if it were recorded one by one, whoever acts and whatever it is about', async () => {
    const { scope } = store;
    const [ana, bia, root] = [await store.person(), await store.person(), await store.person({ role: 'administrator' })];
    const about = (id: UserId | string, more: Partial<NewEvent> = {}): NewEvent => ({
      type: 'user.edited',
      subject: { kind: 'user', id, name: 'Somebody' },
      details: { before: 'a', after: 'ü "\\' },
      ...more,
    });
    const events: NewEvent[] = [
      about(ana.userId),
      about(bia.userId, { outcome: 'failure', reason: 'why', supportCode: 'ABCD' }),
      about(ana.userId, { details: undefined }),
      about(unknownId),
      { type: 'group.created', subject: { kind: 'group', id: unknownId, name: 'Group' }, details: { n: 1 } },
      { type: 'groups.listed' },
    ];
    const actors: Scope[] = [
      scope,
      actingFor(scope, root),
      { ...scope, actor: { kind: 'anonymous', name: 'guess', ip: '192.0.2.1', userAgent: 'x' } },
      { ...scope, actor: { kind: 'person', id: unknownId, name: 'Gone' } },
    ];
    for (const as of actors) {
      const recorded = async (work: () => Promise<void>): Promise<unknown[]> => {
        const before = new Set((await eventsOf(scope)).map(({ id }) => id));
        await work();
        const fresh = (await eventsOf(scope)).filter(({ id }) => !before.has(id));
        return fresh.map(({ id, at, seq, ...rest }: AuditEvent) => rest);
      };
      const single = await recorded(() =>
        inTransaction(as, async (inside) => {
          for (const event of events) await recordEvent(inside, event);
        }),
      );
      const many = await recorded(() => inTransaction(as, (inside) => recordEvents(inside, events)));
      expect(single).to.have.length(events.length);
      expect(many).to.deep.equal(single);
    }
    await inTransaction(scope, (inside) => recordEvents(inside, []));
  });

  it('thousands keep their order and their people, and the chain holds', async () => {
    const { scope } = store;
    const people: User[] = [];
    for (let i = 0; i < 5; i++) people.push(await store.person());
    const id = newId(scope.clock.now().getTime());
    const events = Array.from({ length: 2500 }, (_, n): NewEvent => {
      const { userId } = people[n % people.length]!;
      return { ...(n === 0 ? { id } : {}), type: 'user.viewed', subject: { kind: 'user', id: userId, name: 'P' }, details: { n } };
    });
    await inTransaction(scope, (inside) => recordEvents(inside, events));
    const found = await scope
      .db('audit_events')
      .where({ context_id: scope.contextId, type: 'user.viewed' })
      .orderBy('event_id')
      .pluck('subject_id');
    expect(found).to.deep.equal(events.map(({ subject }) => subject!.id));
    await sealEvents(scope, 'UTC');
    expect((await verifyChain(scope)).breach).to.equal(undefined);
  });
});
