import { expect } from 'chai';
import {
  claimLink,
  countLinksBy,
  countRecentLinks,
  createLink,
  endLinks,
  findLink,
  type LinkKind,
  listOpenLinks,
  releaseLink,
  sweepLinks,
  useLink,
} from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { pause } from '../../../support/patience.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/records/one-time-links', () => {
  const store = useStore();
  const create = (
    owner: Parameters<typeof countRecentLinks>[2],
    kind: LinkKind = 'recovery',
    payload?: Record<string, string>,
    scope: Scope = store.scope,
  ) => createLink(scope, { kind, owner, lifetimeSeconds: 3600, payload });
  const use = (token: string, kind: LinkKind = 'recovery', scope: Scope = store.scope) =>
    inTransaction(scope, (inside) => useLink(inside, kind, token));
  const owner = async () => ({ userId: (await store.person()).userId });
  const hourAgo = () => new Date(store.scope.clock.now().getTime() - 3_600_000);

  it('a link is found as often as anybody looks, and used once; the store has only its hash', async () => {
    const of = await owner();
    const token = await create(of, 'email-change', { email: 'new@acme.example' });
    const rows = await store.scope.db('one_time_links').where('user_id', of.userId);
    expect(JSON.stringify(rows)).to.not.contain(token);
    expect(rows[0]!.token_hash.toString('latin1')).to.not.contain(token);
    const found = { ...of, addressKey: undefined, payload: { email: 'new@acme.example' } };
    for (let n = 0; n < 3; n++) expect(await store.unchanged(() => findLink(store.scope, 'email-change', token))).to.deep.equal(found);
    expect(await use(token, 'email-change')).to.deep.equal(found);
    expect(await findLink(store.scope, 'email-change', token)).to.equal(undefined);
    expect(await store.unchanged(() => use(token, 'email-change'))).to.equal(undefined);
  });

  it('of tries at once one uses it', async () => {
    const token = await create(await owner());
    const found = await Promise.all(Array.from({ length: 4 }, () => use(token)));
    expect(found.filter((one) => one !== undefined)).to.have.length(1);
  });

  it('is claimed by one of those at once, until it is given back or a minute is over, and used or ended all the same', async () => {
    const of = await owner();
    const token = await create(of);
    const claim = () => inTransaction(store.scope, (inside) => claimLink(inside, 'recovery', token));
    const claims = await Promise.all(Array.from({ length: 4 }, claim));
    expect(claims.filter(Boolean)).to.have.length(1);
    await inTransaction(store.scope, (inside) => releaseLink(inside, 'recovery', token));
    expect([await claim(), await claim()]).to.deep.equal([true, false]);
    store.wait(2);
    expect(await claim()).to.equal(true);
    expect(await use(token)).to.deep.include(of);
    await inTransaction(store.scope, (inside) => releaseLink(inside, 'recovery', token));
    expect(await claim()).to.equal(false);
  });

  it('as another kind, in another company, out of time, or cut: it is no link, and nothing is used up', async () => {
    const token = await create(await owner());
    const none = async (work: () => Promise<unknown>) => expect(await store.unchanged(work)).to.equal(undefined);
    for (const wrong of ['', token.slice(1), `${token}x`, 'x'.repeat(43), token.toLowerCase()]) {
      await none(() => findLink(store.scope, 'recovery', wrong));
      await none(() => use(wrong));
    }
    await none(() => use(token, 'invitation'));
    await none(() => use(token, 'recovery', store.other));
    await none(() => findLink(store.other, 'recovery', token));
    store.wait(61);
    await none(() => findLink(store.scope, 'recovery', token));
    await none(() => use(token));
  });

  it('only the latest mail counts, of its kind and its owner', async () => {
    const [one, two] = [await owner(), await owner()];
    const before = await create(one);
    const kept = [await create(two), await create({ addressKey: 'new@acme.example' })];
    const otherKind = await create(one, 'email-change');
    const latest = await create(one);
    expect(await findLink(store.scope, 'recovery', before)).to.equal(undefined);
    for (const token of [...kept, latest]) expect(await findLink(store.scope, 'recovery', token)).to.be.an('object');
    expect((await listOpenLinks(store.scope, one.userId, ['recovery', 'email-change'])).map(({ kind }) => kind)).to.deep.equal([
      'recovery',
      'email-change',
    ]);
    await endLinks(store.scope, one, 'recovery');
    expect(await findLink(store.scope, 'email-change', otherKind)).to.be.an('object');
    await endLinks(store.scope, one);
    expect(await findLink(store.scope, 'email-change', otherKind)).to.equal(undefined);
    for (const token of kept) expect(await findLink(store.scope, 'recovery', token)).to.be.an('object');
  });

  it('counts go by owner or by what was asked with, and an ended link counts, too', async () => {
    const of = await owner();
    const recent = (scope: Scope, of: Parameters<typeof countRecentLinks>[2], since: Date) =>
      inTransaction(scope, (inside) => countRecentLinks(inside, 'registration', of, since));
    const by = (payload: Record<string, string>, since: Date) =>
      inTransaction(store.scope, (inside) => countLinksBy(inside, 'registration', payload, since));
    for (let n = 0; n < 3; n++) await create(of, 'registration', { network: '192.0.2.1' });
    await create({ addressKey: 'x@acme.example' }, 'registration', { network: '192.0.2.1' });
    await create({ addressKey: 'x@acme.example' }, 'registration', { network: '192.0.2.2' });
    const since = hourAgo();
    expect(await recent(store.scope, of, since)).to.equal(3);
    expect(await recent(store.scope, { addressKey: 'x@acme.example' }, since)).to.equal(2);
    expect(await by({ network: '192.0.2.1' }, since)).to.equal(4);
    expect(await recent(store.other, of, since)).to.equal(0);
    store.wait(61);
    expect(await by({ network: '192.0.2.1' }, hourAgo())).to.equal(0);
  });

  it('who counts at the same time waits, so that nobody gets more than the limit', async () => {
    const of = await owner();
    let second: Promise<number> | undefined;
    await inTransaction(store.scope, async (inside) => {
      expect(await countRecentLinks(inside, 'export', of, hourAgo())).to.equal(0);
      second = inTransaction(store.scope, (other) => countRecentLinks(other, 'export', of, hourAgo()));
      // long enough for the second to have counted, if it did not wait
      await pause(200);
      await create(of, 'export', {}, inside);
    });
    expect(await second).to.equal(1);
  });

  it('making and ending links are parts of the caller’s transaction', async () => {
    const of = await owner();
    const token = await create(of);
    await store.inCallersTransaction((scope) => create(of, 'recovery', {}, scope));
    await store.inCallersTransaction((scope) => endLinks(scope, of));
    await store.inCallersTransaction((scope) => use(token, 'recovery', scope));
    expect(await use(token)).to.be.an('object');
  });

  it('a week after its end a link is swept', async () => {
    const [kept, swept] = [await owner(), await owner()];
    for (const one of [kept, swept]) await create(one);
    const since = (days: number) => new Date(Date.now() - days * 86_400_000);
    await store.scope
      .db('one_time_links')
      .where('user_id', kept.userId)
      .update({ expires_at: since(6.9) });
    await store.scope
      .db('one_time_links')
      .where('user_id', swept.userId)
      .update({ expires_at: since(7.1) });
    expect(await sweepLinks(store.scope.db)).to.equal(1);
    expect(await store.scope.db('one_time_links').where('user_id', kept.userId)).to.have.length(1);
  });
});
