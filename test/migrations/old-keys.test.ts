import { expect } from 'chai';
import { createContext } from '../../src/domain/company/contexts/index.ts';
import { createUser, deleteUser, editUser, findUserByLogin, listUsers } from '../../src/domain/people/users/index.ts';
import { inTransaction, openScope, type Scope, type UserId } from '../../src/domain/scope.ts';
import { findStandingByLogin } from '../../src/domain/sign-in/authentication/standing.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { createPasswordHasher, loadPasswordEngine } from '../../src/platform/crypto/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { AppError } from '../../src/platform/errors/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { testKeyRing } from '../support/server.ts';

const fold = (value: string): string => value.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim();

/** People of a version before, by what they sign in with. `also`: what finds them, too, from now on. */
const people: { login: string; name?: string; also?: string[]; search?: string }[] = [
  { login: 'user@münchen.example', also: ['USER@MÜNCHEN.example', 'user＠mu\u0308nchen.example'] },
  // the same mailbox, added by its other spelling
  { login: 'user@xn--mnchen-3ya.example', also: ['User@XN--mnchen-3ya.example'] },
  { login: 'one@xn--bcher-kva.example', also: ['one@bücher.example'], search: 'bücher' },
  { login: 'ana@straße.example', also: ['ana@xn--strae-oqa.example'] },
  { login: 'ismail', also: ['ISMAIL'] },
  { login: 'İsmail' },
  { login: 'İpek', also: ['ipek', 'IPEK', 'İPEK'] },
  { login: 'josé', also: ['JOSÉ', 'jose\u0301'], search: 'jose' },
  { login: 'plain@acme.example', name: 'O’Neill', search: "o'neill" },
  { login: 'stroke', name: 'Łukasz', search: 'lukasz' },
];

describe('store: people from before one key for each spelling', () => {
  let test: Awaited<ReturnType<typeof createTestDatabase>>;
  let database: Database;
  before(async () => {
    test = await createTestDatabase();
    database = test.open();
  });
  after(async () => {
    await database.close();
    await test.drop();
  });

  it('are found as before, each by an own spelling, whether or not two are one by now', async () => {
    const parts = { database, clock: systemClock, keyRing: testKeyRing(), hasher: createPasswordHasher(1, 10, await loadPasswordEngine()) };
    const actor = { kind: 'system', name: 'test' } as const;
    const { contextId } = await inTransaction({ ...parts, db: database.knex, actor }, (inside) =>
      createContext(inside, { code: 'old', name: 'Old' }),
    );
    const scope: Scope = openScope(parts, contextId, actor);
    const migration = await import('../../migrations/20261129166000_one_key_for_each_spelling.ts');
    const ids = new Map<string, UserId>();
    for (const [i, { login, name }] of people.entries()) {
      const { userId } = await createUser(scope, {
        firstName: name ?? 'Person',
        lastName: String(i),
        username: `person${i}`,
        role: 'regular',
        status: 'activated',
      });
      ids.set(login, userId);
    }
    await migration.down(database.knex);
    for (const { login } of people) {
      const columns = login.includes('@')
        ? { email: login, email_key: fold(login), username: null, username_key: null }
        : { username: login, username_key: fold(login) };
      await database
        .knex('users')
        .where({ context_id: contextId, user_id: ids.get(login)! })
        .update(columns);
    }
    await migration.up(database.knex);

    for (const { login, also = [], search, name } of people) {
      for (const typed of [login, ...also]) {
        expect((await findUserByLogin(scope, typed))?.userId, typed).to.equal(ids.get(login));
        expect((await findStandingByLogin(scope, typed, 'b'))?.user.userId, typed).to.equal(ids.get(login));
      }
      if (search) {
        const by = name ? 'name' : login.includes('@') ? 'email' : 'username';
        for (const filter of [{ search, by } as const, { search }])
          expect(
            (await listUsers(scope, filter)).items.map(({ userId }) => userId),
            search,
          ).to.include(ids.get(login));
      }
    }
    expect(await findUserByLogin(scope, 'ana@strasse.example'), 'another domain').to.equal(undefined);
    // who has an older key can be changed as everybody
    for (const login of ['user@xn--mnchen-3ya.example', 'İsmail']) {
      await editUser(scope, ids.get(login)!, { lastName: 'Changed' });
      expect(await findUserByLogin(scope, login)).to.include({ userId: ids.get(login), lastName: 'Changed' });
      // nobody else is added by either spelling
      const again = { firstName: 'New', lastName: 'Person', role: 'regular', status: 'activated' } as const;
      const refusal = await createUser(scope, { ...again, ...(login.includes('@') ? { email: login } : { username: login }) }).catch(
        (error: AppError) => error,
      );
      expect(refusal).to.be.instanceOf(AppError).and.include({ code: 'login_taken' });
    }
    await inTransaction(scope, (inside) => deleteUser(inside, ids.get('user@münchen.example')!));
    expect((await findUserByLogin(scope, 'user@xn--mnchen-3ya.example'))?.userId).to.equal(ids.get('user@xn--mnchen-3ya.example'));
    await migration.down(database.knex);
    const row = await database.knex('users').where('user_id', ids.get('İsmail')!).first();
    expect(row!.username_key).to.equal(fold('İsmail'));
    await migration.up(database.knex);
  });
});
