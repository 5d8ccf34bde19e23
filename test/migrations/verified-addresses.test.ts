import { expect } from 'chai';
import { down, up } from '../../migrations/20261130040217_note_who_verified_addresses.ts';
import { recordEvent } from '../../src/domain/records/audit/index.ts';
import { inTransaction, type UserId } from '../../src/domain/scope.ts';
import { useStore } from '../support/use-cases.ts';

describe('store: addresses that were verified before it was kept by what', () => {
  const store = useStore();

  it('the audit knows who was proven by a link; what a file alone created is not verified any more; the rest stays', async () => {
    const { db } = store.scope;
    const as = (kind: 'operator' | 'anonymous' | 'person') => ({ ...store.scope, actor: { kind, name: 'somebody' } });
    const byFile = await store.person();
    const invited = await store.person();
    const moved = await store.person();
    const unknown = await store.person();
    const all = [byFile, invited, moved, unknown].map(({ userId }) => userId);
    const tell = (type: 'user.activated' | 'user.email-changed', id: UserId) =>
      inTransaction(as('person'), (inside) => recordEvent(inside, { type, subject: { kind: 'user', id, name: 'x' } }));
    await tell('user.activated', invited.userId);
    await tell('user.email-changed', moved.userId);
    await db('audit_events').where({ type: 'user.created', subject_id: unknown.userId }).delete();
    await down(db);
    await db('users').whereIn('user_id', all).update({ email_verified: true });
    await up(db);
    const rows = await db('users').whereIn('user_id', all).select('user_id', 'email_verified', 'email_verified_by');
    const said = new Map(rows.map((row) => [row.user_id, [row.email_verified, row.email_verified_by]]));
    expect(all.map((id) => said.get(id))).to.deep.equal([
      [false, null],
      [true, 'link'],
      [true, 'link'],
      [true, null],
    ]);
  });
});
