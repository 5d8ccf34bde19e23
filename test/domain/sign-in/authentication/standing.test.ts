import { expect } from 'chai';
import { identifier, type User } from '../../../../src/domain/people/users/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { findStandingByLogin } from '../../../../src/domain/sign-in/authentication/standing.ts';
import { directoryOf } from '../../../support/network.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/sign-in/authentication: how a person stands', () => {
  const store = useStore();

  it('is read without anybody else’s rows, also where the tables were measured before anybody was accepted', async () => {
    const directory = await directoryOf(store);
    const people: User[] = [];
    for (let n = 0; n < 30; n++) people.push(await directory.person());
    const { db } = store.scope;
    await db.raw('CREATE TABLE accepted AS SELECT context_id, directory_id, entry_id, user_id, state FROM directory_entries');
    await db.raw("UPDATE directory_entries SET user_id = NULL, state = 'pending'");
    await db.raw('ANALYZE');
    await db.raw(`UPDATE directory_entries e SET user_id = a.user_id, state = a.state FROM accepted a
      WHERE a.context_id = e.context_id AND a.directory_id = e.directory_id AND a.entry_id = e.entry_id`);
    for (const user of people.slice(0, 10)) {
      const read = await inTransaction(store.scope, async (inside) => {
        // as on the connections for statements with a name (platform/database)
        for (const one of [
          'enable_seqscan = off',
          'enable_hashjoin = off',
          'enable_mergejoin = off',
          'plan_cache_mode = force_generic_plan',
        ])
          await inside.db.raw(`SET LOCAL ${one}`);
        const count = async () => {
          const tables = inside
            .db('pg_stat_xact_user_tables')
            .whereIn('relname', ['users', 'directory_entries', 'passwords'])
            .orderBy('relname');
          return (await tables.select(inside.db.raw('seq_tup_read + COALESCE(idx_tup_fetch, 0) AS n'))).map(({ n }) => n as number);
        };
        const before = await count();
        const standing = await findStandingByLogin(inside, identifier(user), 'browser');
        expect(standing?.user.userId).to.equal(user.userId);
        expect(standing?.network).to.be.an('object');
        return (await count()).map((n, at) => n - before[at]!);
      });
      expect(read, 'entries, passwords, users').to.deep.equal([1, 0, 1]);
    }
  });
});
