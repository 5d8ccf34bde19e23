import { expect } from 'chai';
import { listApplications } from '../../../../src/domain/applications/applications/index.ts';
import { createGroup, searchGroups } from '../../../../src/domain/people/groups/index.ts';
import { createUser, listUsers, type UserFilter } from '../../../../src/domain/people/users/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/people/users: searching', () => {
  const store = useStore();

  it('finds people whatever apostrophe, hyphen, accent or capital was typed, in names, e-mails and usernames', async () => {
    const kept = [
      { firstName: 'Rory', lastName: 'O’Neill', email: 'rory@acme.example' },
      { firstName: 'Anne‑Marie', lastName: "D'Angelo", email: 'anne@acme.example' },
      { firstName: 'Łukasz', lastName: 'Żółć', username: 'Łukasz' },
      { firstName: 'Sukarno', lastName: '', username: 'José' },
      { firstName: '', lastName: 'सीता', email: 'müller@münchen.example' },
    ];
    const ids = new Map<string, string>();
    for (const one of kept) {
      const { userId } = await createUser(store.scope, { role: 'regular', status: 'activated', ...one });
      ids.set(one.email ?? one.username!, userId);
    }
    const searches: [filter: UserFilter, found: string][] = [
      [{ search: "o'neill" }, 'rory@acme.example'],
      [{ search: 'O´NEILL', by: 'name' }, 'rory@acme.example'],
      [{ search: 'neill rory', by: 'name' }, 'rory@acme.example'],
      [{ search: 'anne-marie' }, 'anne@acme.example'],
      [{ search: 'd’angelo' }, 'anne@acme.example'],
      [{ search: 'lukasz', by: 'name' }, 'Łukasz'],
      [{ search: 'lukasz', by: 'username' }, 'Łukasz'],
      [{ search: 'zolc' }, 'Łukasz'],
      [{ search: 'jose', by: 'username' }, 'José'],
      [{ search: 'JOSE\u0301', by: 'username' }, 'José'],
      [{ search: 'jo', by: 'username' }, 'José'],
      [{ search: 'muller@munchen', by: 'email' }, 'müller@münchen.example'],
      [{ search: 'MÜNCHEN' }, 'müller@münchen.example'],
      [{ search: 'xn--mnchen-3ya', by: 'email' }, 'müller@münchen.example'],
      [{ search: '\u200Bसीता' }, 'müller@münchen.example'],
    ];
    for (const [filter, login] of searches) {
      const { items } = await listUsers(store.scope, filter);
      expect(
        items.map(({ userId }) => userId),
        JSON.stringify(filter),
      ).to.include(ids.get(login));
    }
    for (const filter of [
      { search: 'jose', by: 'email' },
      { search: 'munchen', by: 'username' },
    ] as const)
      expect((await listUsers(store.scope, filter)).items, filter.search).to.deep.equal([]);
  });

  it('finds groups and applications so, too', async () => {
    await createGroup(store.scope, { name: 'Anne’s team – São Paulo', description: '' });
    for (const search of ["anne's", 'ANNE´S TEAM', 'team - sao'])
      expect(
        (await searchGroups(store.scope, { search, limit: 10 })).map(({ name }) => name),
        search,
      ).to.deep.equal(['Anne’s team – São Paulo']);
    await store.scope.db('applications').where({ context_id: store.scope.contextId, code: 'payroll' }).update({ name_key: 'o’neill‑pay' });
    for (const search of ["o'neill-pay", 'O’Neill'])
      expect(
        (await listApplications(store.scope, { search })).items.map(({ code }) => code),
        search,
      ).to.deep.equal(['payroll']);
  });

  it('reads no list of people from its beginning to its end', async () => {
    const { scope, database } = store;
    await scope.db.raw(
      `INSERT INTO users (context_id, user_id, email, email_key, first_name, last_name, name_key, role, status, status_changed_at, created_at, updated_at, login_search)
       SELECT ?, gen_random_uuid(), e, e, f, l, lower(f || ' ' || l), 'regular', 'activated', now(), now(), now(), CASE WHEN i % 50 = 0 THEN 'jose' || e END FROM (
         SELECT i, md5(i::text) || '@many.example' AS e, (ARRAY['Ana','Bruno','Carla'])[1 + i % 3] || left(md5(i::text), 4) AS f, (ARRAY['Silva','O''Neill'])[1 + i % 2] || left(md5((i * 7)::text), 4) AS l
         FROM generate_series(1, 20000) i) AS many`,
      [scope.contextId],
    );
    await scope.db.raw('VACUUM ANALYZE users');
    const seen: { sql: string; bindings: unknown[] }[] = [];
    const note = (query: { sql: string; bindings: unknown[] }) => seen.push(query);
    scope.db.client.on('query', note);
    for (const search of ["O'Neill", 'O’Neill xyz', 'jose', 'silva', 'ab', 'abcdef'])
      for (const by of [undefined, 'name', 'email', 'username'] as const) await listUsers(scope, { search, by });
    scope.db.client.removeListener('query', note);
    expect(seen.length).to.be.greaterThan(24);
    for (const { sql, bindings } of seen) {
      const rows = await database.run<Record<string, string>>('', `EXPLAIN ${sql}`, bindings);
      expect(rows.map((row) => row['QUERY PLAN']).join('\n'), sql).to.not.contain('Seq Scan on users');
    }
  });
});
