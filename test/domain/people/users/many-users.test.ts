import { expect } from 'chai';
import {
  createUser,
  createUsers,
  findOwnersOfLogins,
  findUserByLogin,
  freeLogins,
  lockUsers,
  saveUsers,
  tidyPerson,
  type User,
} from '../../../../src/domain/people/users/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/people/users: many at once', () => {
  const store = useStore();
  type New = Parameters<typeof createUsers>[1];
  const create = (people: New) => inTransaction(store.scope, (inside) => createUsers(inside, people, { directory: 'D' }));
  const person = (login: { email?: string; username?: string }, more: Partial<New[number]> = {}): New[number] => ({
    firstName: 'Ana',
    lastName: 'Lima',
    customValues: {},
    ...login,
    ...more,
  });

  const kinds: [what: string, made: New[number]][] = [
    ['an e-mail', person({ email: 'kind1@example.com' })],
    ['an e-mail of another spelling', person({ email: 'Kïnd2@Bücher.example' })],
    ['a username', person({ username: 'kind.3' })],
    ['a username with accents', person({ username: 'Kind.Óscar' })],
    ['a department and values', person({ email: 'kind5@example.com' }, { department: 'Sales', customValues: { f: ['a', 'b'], g: 7 } })],
    ['one name', person({ email: 'kind6@example.com' }, { lastName: '' })],
    ['a name of signs', person({ email: 'kind7@example.com' }, { firstName: 'Ana \\"\'{}', lastName: '\u{1F600} ,;' })],
  ];
  for (const [what, made] of kinds)
    it(`is what createUser makes: ${what}`, async () => {
      const { scope } = store;
      const { db, contextId } = scope;
      const read = async (user: User) => {
        const row = await db('users').where({ context_id: contextId, user_id: user.userId }).first();
        const [event] = (await eventsOf(scope)).filter(({ type, subjectId }) => type === 'user.created' && subjectId === user.userId);
        const { user_id, created_at, updated_at, status_changed_at, ...rest } = row!;
        const { directory, ...details } = event!.details;
        return { rest: { ...rest, custom_values: {} }, values: row!.custom_values, details, name: event!.subjectName };
      };
      const { customValues, ...data } = made;
      const single = await createUser(scope, { ...data, role: 'regular', status: 'activated' });
      const one = await read(single);
      await db('users').where({ context_id: contextId, user_id: single.userId }).delete();
      const [many] = await create([made]);
      expect(await read(many!)).to.deep.equal({ ...one, values: customValues });
      expect(await findUserByLogin(scope, made.email ?? made.username!)).to.include({ userId: many!.userId });
    });

  it('a login that somebody has makes nobody: one before in the list, another spelling, an account of an older form', async () => {
    const { scope } = store;
    const old = await store.person({ email: undefined, username: 'older' });
    await scope.db('users').where('user_id', old.userId).update({ username_key: ' older' });
    await store.person({ email: 'here@bücher.example' });
    const people = [
      person({ email: 'fresh@example.com' }),
      person({ email: 'FRESH@example.com' }),
      person({ email: 'here@xn--bcher-kva.example' }),
      person({ username: 'Older' }),
      person({ username: 'fresh' }),
    ].map(tidyPerson);
    const types = await store.eventsOf(async () => {
      const made = await create(people);
      expect(made.map((user) => user !== undefined)).to.deep.equal([true, false, false, false, true]);
    });
    expect(types).to.deep.equal(['user.created', 'user.created']);
    const owners = await inTransaction(scope, (inside) =>
      findOwnersOfLogins(inside, ['Older', 'nobody', 'Fresh@example.com', 'here@xn--bcher-kva.example']),
    );
    expect([...owners.keys()]).to.deep.equal(['Fresh@example.com', 'here@xn--bcher-kva.example', 'Older']);
    expect(await create([])).to.deep.equal([]);
    expect(await findOwnersOfLogins(store.other, ['fresh@example.com'])).to.deep.equal(new Map());
  });

  it('data that is not fit makes nobody at all', async () => {
    for (const wrong of [
      person({ email: 'none' }),
      person({ username: 'a b' }),
      person({}),
      person({ email: 'x@example.com' }, { firstName: '', lastName: '' }),
    ])
      await store.refused('invalid_input', () => create([person({ email: 'beside@example.com' }), wrong]));
  });

  it('three thousand stand or fall together, and are counted', async () => {
    const { scope } = store;
    const people = Array.from({ length: 3000 }, (_, i) => person({ email: `crowd${i}@example.com` }));
    const made = await create(people);
    expect(made.every((user) => user !== undefined)).to.equal(true);
    const ids = made.map((user) => user!.userId);
    const events = scope.db('audit_events').where({ context_id: scope.contextId, type: 'user.created' }).whereIn('subject_id', ids);
    expect(await events.pluck('subject_id')).to.have.members(ids);
    await store.inOneTransaction((inside) => inTransaction(inside, (tx) => createUsers(tx, [person({ email: 'last@example.com' })], {})));
  });

  it('changes of many are saved with their events; a key of an older form stays with its login', async () => {
    const { scope } = store;
    const [ana, bia] = [await store.person({ email: undefined, username: 'olderkey' }), await store.person()];
    await scope.db('users').where('user_id', ana.userId).update({ username_key: ' olderkey' });
    await inTransaction(scope, async (inside) => {
      const locked = await lockUsers(inside, [ana.userId, bia.userId, unknownId, 'none']);
      expect([...locked.keys()].sort()).to.deep.equal([ana.userId, bia.userId].sort());
      const event = (user: User) => [{ type: 'user.edited', subject: { kind: 'user', id: user.userId, name: 'N' } } as const];
      await saveUsers(inside, [
        { user: { ...locked.get(ana.userId)!, lastName: 'New', customValues: { f: 1 } }, events: event(ana) },
        {
          user: { ...locked.get(bia.userId)!, email: 'Bia.New@example.com', department: 'Sales', emailVerified: true },
          events: event(bia),
        },
      ]);
      await saveUsers(inside, []);
    });
    expect(await findUserByLogin(scope, 'olderkey')).to.deep.include({
      userId: ana.userId,
      lastName: 'New',
      customValues: { f: 1 },
      version: ana.version + 1,
    });
    expect(await findUserByLogin(scope, 'bia.new@example.com')).to.include({
      userId: bia.userId,
      department: 'Sales',
      emailVerified: true,
    });
    expect(await findUserByLogin(scope, bia.email!)).to.equal(undefined);
  });

  it('of people who swap their logins each gets the other’s, once those are free', async () => {
    const { scope } = store;
    const [ana, bia] = [await store.person(), await store.person({ email: undefined, username: 'swaps' })];
    const ids = [ana.userId, bia.userId];
    await inTransaction(scope, async (inside) => {
      const locked = await lockUsers(inside, ids);
      await freeLogins(inside, ids);
      await saveUsers(inside, [
        { user: { ...locked.get(ana.userId)!, email: undefined, username: 'swaps' }, events: [] },
        { user: { ...locked.get(bia.userId)!, email: ana.email, username: undefined }, events: [] },
      ]);
    });
    expect((await findUserByLogin(scope, 'swaps'))!.userId).to.equal(ana.userId);
    expect((await findUserByLogin(scope, ana.email!))!.userId).to.equal(bia.userId);
  });
});
