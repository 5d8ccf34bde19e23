import { expect } from 'chai';
import { countChosen, listUsers, sortKeys, type UserListing, type UserSort } from '../../../../src/domain/people/users/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const sorts: (UserSort | undefined)[] = [undefined, ...sortKeys.flatMap((key): UserSort[] => [key, `-${key}`])];
const filters: UserListing[] = [{}, { search: 'an' }, { status: 'blocked' }, { signIn: 'never' }, { search: 'sou', role: 'regular' }];

describe('domain/people/users: lists in every order', () => {
  const store = useStore();
  before(async () => {
    const { db, contextId } = store.scope;
    // names, times and statuses that several share: the id decides there
    for (let i = 0; i < 45; i++) {
      const login = i % 3 === 0 ? { username: `an${i % 7}x${i}`, email: undefined } : { email: `sou${i % 5}.${i}@acme.example` };
      const { userId } = await store.person({ firstName: ['Ana', 'Ánna', 'Zoe'][i % 3], lastName: i % 4 ? 'Souza' : '', ...login });
      await db('users')
        .where({ user_id: userId })
        .update({ status: i % 5 === 0 ? 'blocked' : 'activated' });
      if (i % 2) await db('last_sign_ins').insert({ context_id: contextId, user_id: userId, at: new Date(Date.UTC(2026, 0, (i % 6) + 1)) });
      if (i % 11 === 0) await db.raw("UPDATE last_sign_ins SET at = at + interval '0.000123 s' WHERE user_id = ?", [userId]);
    }
  });
  const ids = async (listing: UserListing, limit = 1000) =>
    (await listUsers(store.scope, listing, limit)).items.map(({ userId }) => userId);

  for (const sort of sorts)
    it(`${sort ?? 'no order'}: page by page, to the end and back, everybody once and in the same place`, async () => {
      for (const filter of filters) {
        const whole = await ids({ ...filter, sort });
        expect(whole).to.have.length.greaterThan(3);
        expect(new Set(whole).size).to.equal(whole.length);
        const pages: string[][] = [];
        let page = await listUsers(store.scope, { ...filter, sort }, 7);
        expect(page.previous).to.equal(undefined);
        for (;;) {
          pages.push(page.items.map(({ userId }) => userId));
          if (!page.cursor) break;
          page = await listUsers(store.scope, { ...filter, sort, cursor: page.cursor }, 7);
        }
        expect(pages.flat(), JSON.stringify(filter)).to.deep.equal(whole);
        for (let n = pages.length - 2; n >= 0; n--) {
          page = await listUsers(store.scope, { ...filter, sort, before: page.previous }, 7);
          expect(
            page.items.map(({ userId }) => userId),
            `${JSON.stringify(filter)}, back to page ${n}`,
          ).to.deep.equal(pages[n]);
          expect(page.cursor).to.be.a('string');
        }
        expect(page.previous, 'the first').to.equal(undefined);
      }
    });

  it('the other way round is the other way round; who never signed in comes last in both', async () => {
    for (const key of sortKeys) {
      const [up, down] = [await ids({ sort: key }), await ids({ sort: `-${key}` })];
      if (key !== 'last-sign-in') expect(down, key).to.deep.equal(up.toReversed());
    }
    const never = await ids({ signIn: 'never' });
    for (const sort of ['last-sign-in', '-last-sign-in'] as const)
      expect((await ids({ sort })).slice(-never.length), sort).to.deep.equal(never);
    const [oldest] = (await listUsers(store.scope, { sort: 'last-sign-in' }, 1)).items;
    const first = await store.scope.db('last_sign_ins').orderBy(['at', 'user_id']).first('user_id');
    expect(oldest!.userId).to.equal(first!.user_id);
  });

  it('a place of another order, or that somebody wrote, is the beginning', async () => {
    const { cursor } = await listUsers(store.scope, { sort: 'login' }, 7);
    const first = await ids({ sort: '-last-sign-in' }, 7);
    const place = (key: unknown) =>
      Buffer.from(JSON.stringify([JSON.stringify(key), '01a206a1-218b-717a-90d6-7184e7351020'])).toString('base64url');
    const wrong = ['no', '2026-99-99 00:00:00+00', '2026-01-01 00:00:00+00\0', 7].map((at) => place(['-last-sign-in', 0, at]));
    for (const one of [cursor, 'x', place(null), place(['-last-sign-in', 5, 'a']), ...wrong]) {
      expect(await ids({ sort: '-last-sign-in', cursor: one }, 7), one).to.deep.equal(first);
      expect(await ids({ sort: '-last-sign-in', before: one }, 7), one).to.deep.equal(first);
    }
  });

  it('who never signed in, and who has no second factor, are found and counted', async () => {
    const some = await ids({ status: 'blocked' });
    await store.scope.db('second_factors').insert({
      context_id: store.scope.contextId,
      user_id: some[0]!,
      factor_id: some[1]!,
      kind: 'totp',
      name: 'Phone',
      created_at: new Date(),
    });
    expect(await ids({ status: 'blocked', secondFactor: 'none' })).to.have.members(some.slice(1));
    expect(await countChosen(store.scope, { filter: { status: 'blocked', secondFactor: 'none' } })).to.equal(some.length - 1);
    expect(await countChosen(store.scope, { filter: { signIn: 'never' } })).to.equal((await ids({ signIn: 'never' })).length);
  });

  it('what no row has, or no instant is, is no place in a list and nobody', async () => {
    const cursorAt = (at: string) =>
      Buffer.from(JSON.stringify([JSON.stringify(['last-sign-in', 0, at]), '00000000-0000-0000-0000-000000000000'])).toString('base64url');
    for (const at of [
      '2024-02-31 00:00:00+00',
      '2024-01-01 99:99:99+00',
      '2024-01-01 00:00:00+99:99',
      '0000-01-01 00:00:00+00',
      '2024-13-01 00:00:00+00',
    ])
      expect(await ids({ sort: 'last-sign-in', cursor: cursorAt(at) }), at).to.deep.equal(await ids({ sort: 'last-sign-in' }));
    for (const filter of [{ directory: 'contractors' }, { groupId: 'finance' }]) {
      expect(await ids(filter as UserListing), JSON.stringify(filter)).to.deep.equal([]);
      expect(await countChosen(store.scope, { filter: filter as UserListing })).to.equal(0);
    }
  });
});
