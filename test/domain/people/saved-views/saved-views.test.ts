import { expect } from 'chai';
import { keepView, listViews, listViewsOf, removeView } from '../../../../src/domain/people/saved-views/index.ts';
import { deleteUser, requestDeletion, type User } from '../../../../src/domain/people/users/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/people/saved-views', () => {
  const store = useStore();
  const as = ({ userId }: User): Scope => ({ ...store.scope, actor: { kind: 'person', id: userId, name: 'X' } });
  const view = (name: string, isOwn: boolean) => ({ name, query: 'status=blocked', isOwn });
  const names = async (scope: Scope) => (await listViews(scope)).map(({ name }) => name);

  it('are seen by their owner or by all, by name, and go with their owner', async () => {
    const [ana, bea] = [await store.person(), await store.person()];
    expect(await store.eventsOf(() => keepView(as(ana), view('Mine', true)))).to.deep.equal(['view.kept']);
    await keepView(as(ana), view(' All ', false));
    await keepView(as(bea), view('Mine', true));
    expect(await names(as(ana))).to.deep.equal(['All', 'Mine']);
    expect((await listViews(as(bea))).map(({ isOwn }) => isOwn)).to.deep.equal([false, true]);
    expect(await listViewsOf(store.scope, ana.userId)).to.deep.equal([{ name: 'Mine', query: 'status=blocked' }]);
    const [all, own] = await listViews(as(ana));
    await store.refused('not_found', () => removeView(as(bea), own!.viewId));
    expect(await store.eventsOf(() => removeView(as(bea), all!.viewId))).to.deep.equal(['view.removed']);
    await requestDeletion(store.scope, bea.userId);
    await inTransaction(store.scope, (inside) => deleteUser(inside, bea.userId));
    expect((await store.scope.db('saved_views').pluck('name')).sort()).to.deep.equal(['Mine']);
    await store.inOneTransaction((scope) => keepView({ ...scope, actor: as(ana).actor }, view('Another', true)));
  });

  it('a name is short, seen and of one view', async () => {
    const me = as(await store.person());
    await keepView(me, view('Twice', true));
    for (const name of ['', '  ', 'x'.repeat(41), 'a\u200Bb', 'Twice'])
      expect(Object.keys(await store.refused('invalid_input', () => keepView(me, view(name, false)))), name).to.deep.equal(['name']);
    await store.refused('not_found', () => removeView(me, 'x'));
  });
});
