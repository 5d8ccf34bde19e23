import { expect } from 'chai';
import { applyState, parseState, rehearse } from '../../../../src/domain/administration/desired-state/index.ts';
import { editApplication, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { eventually, pause } from '../../../support/patience.ts';
import { useStore } from '../../../support/use-cases.ts';

const lock = 777_001;
const secret = 'a-long-secret-of-this-test-and-nobody-else';
const redirect_uris = ['https://used.acme.example/cb'];

describe('domain/administration/desired-state: while a change is only tried', () => {
  const store = useStore();

  /** Does the work up to where an API is made, which comes last, and something else meanwhile. */
  async function meanwhile(work: () => Promise<unknown>, other: () => Promise<void>): Promise<void> {
    const { knex } = store.database;
    await knex.raw(`
      CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.type = 'api.created' THEN PERFORM pg_advisory_xact_lock(${lock}); END IF; RETURN NEW; END $$;
      CREATE TRIGGER wait_here BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION wait_here();`);
    const waiting = "SELECT 1 AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let trying: Promise<unknown> | undefined;
    await inTransaction(store.scope, async ({ db }) => {
      await db.raw(`SELECT pg_advisory_xact_lock(${lock})`);
      trying = work();
      trying.catch(() => undefined);
      await eventually(async () => expect(await store.database.run('test-waiting', waiting, [])).to.have.length(1));
      await other();
    });
    await trying;
    await knex.raw('DROP TRIGGER wait_here ON audit_events; DROP FUNCTION wait_here');
  }

  it('tokens, sessions and sign-ins of those whom it concerns go on, and nobody waits for it', async () => {
    const person = await store.person({ email: 'user@used.example' });
    const application = {
      code: 'used',
      name: 'Used',
      oidc: { client_id: 'used', client_secret: secret, redirect_uris, token_endpoint_auth_method: 'client_secret_basic' },
    };
    const start = { contexts: [{ code: 'acme', applications: [application] }] };
    await applyState(store.scope, parseState(start));
    const password = 'a first password of theirs';
    const known = { email: 'user@used.example', firstName: person.firstName };
    await applyState(store.scope, parseState({ contexts: [{ code: 'acme', users: [{ ...known, password }] }] }));
    await store.session(person.userId);
    const artifacts = new ArtifactStore(store.database);
    const { contextId } = store.scope;
    const accountId = person.userId;
    const expiresAt = new Date(Date.now() + 3_600_000);
    const of = (kind: string, id: string) => ({
      contextId,
      kind,
      id,
      payload: { accountId, clientId: 'used', ...(kind === 'Grant' ? {} : { grantId: 'grant' }) },
      expiresAt,
    });
    for (const [kind, id] of [
      ['Grant', 'grant'],
      ['RefreshToken', 'first'],
    ] as const)
      await artifacts.save(of(kind, id));

    const after = {
      contexts: [
        {
          code: 'acme',
          users: [{ ...known, lastName: 'Changed', password: 'another password of theirs', emailVerified: true }],
          applications: [{ ...application, enabled: false }],
          apis: [{ identifier: 'https://api.acme.example/last', name: 'Last' }],
        },
      ],
    };
    await meanwhile(
      () => applyState(store.scope, parseState(after), { dryRun: true }),
      async () => {
        const { run } = store.database;
        for (const [table, strength] of [
          ['oidc_artifacts', 'UPDATE'],
          ['sessions', 'UPDATE'],
          ['users', 'KEY SHARE'],
        ] as const) {
          const rows = await run(`test-lock-${table}`, `SELECT 1 AS n FROM ${table} WHERE context_id = $1 FOR ${strength} NOWAIT`, [
            contextId,
          ]);
          expect(rows, table).not.to.have.length(0);
        }
        const isUsed = await artifacts.exchange({
          consume: { contextId, kind: 'RefreshToken', id: 'first' },
          issues: [of('RefreshToken', 'second'), of('AccessToken', 'second')],
        });
        expect(isUsed).to.equal(true);
        expect(await artifacts.find(contextId, 'AccessToken', 'second')).not.to.equal(undefined);
      },
    );
    expect(await artifacts.find(contextId, 'AccessToken', 'second')).not.to.equal(undefined);
    // the same done in earnest ends it
    await applyState(store.scope, parseState(after));
    expect(await artifacts.find(contextId, 'AccessToken', 'second')).to.equal(undefined);
  });

  describe('whoever wants to write what it has changed', () => {
    const many = Array.from({ length: 30 }, (_, index) => `slow-${String(index).padStart(2, '0')}`);
    const oidc = (code: string) => ({ client_id: code, token_endpoint_auth_method: 'none', redirect_uris });
    const application = (code: string, more = {}) => ({ code, name: code, oidc: oidc(code), ...more });
    const apis = many.map((code) => ({ identifier: `urn:${code}`, name: code }));
    const file = (more: object) => parseState({ contexts: [{ code: 'acme', ...more }] });
    const first = many[0]!;

    before(async () => {
      await applyState(store.scope, file({ applications: many.map((code) => application(code)), groups: [{ name: 'Slow' }] }));
      // as in a company that is larger than ours
      await store.database.knex.raw(`
        CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.type IN ('api.created', 'application.deleted') THEN PERFORM pg_sleep(0.1); END IF; RETURN NEW; END $$;
        CREATE TRIGGER be_slow BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION be_slow();`);
    });
    after(() => store.database.knex.raw('DROP TRIGGER be_slow ON audit_events; DROP FUNCTION be_slow'));

    const lockOf = (table: string, where: string, strength: string) =>
      `SELECT 1 AS n FROM ${table} WHERE ${where} FOR ${strength} SKIP LOCKED`;
    const ofApplication = lockOf('applications', `code = '${first}'`, 'KEY SHARE');
    const cases: [what: string, tried: () => Promise<{ changes: unknown[] }>, lock: string, write: () => Promise<unknown>][] = [
      [
        'an application that is edited',
        () => applyState(store.scope, file({ applications: [application(first, { description: 'other' })], apis }), { dryRun: true }),
        lockOf('applications', `code = '${first}'`, 'NO KEY UPDATE'),
        async () => {
          const { applicationId } = (await findApplicationByCode(store.scope, first))!;
          await editApplication(store.scope, applicationId, application(first, { category: 'edited meanwhile' }));
        },
      ],
      [
        'an application that is removed, to which somebody is given',
        () => applyState(store.scope, file({ applications: [application('other-one')] }), { dryRun: true, prune: true, plan: true }),
        ofApplication,
        async () => {
          const { applicationId } = (await findApplicationByCode(store.scope, first))!;
          const { groupId } = (await findGroupByName(store.scope, 'Slow'))!;
          await assignApplication(store.scope, applicationId, { kind: 'group', id: groupId });
        },
      ],
      [
        'a person who is edited',
        () => applyState(store.scope, file({ users: [{ username: 'jsilva', department: 'other' }], apis }), { dryRun: true }),
        lockOf('users', "username = 'jsilva'", 'NO KEY UPDATE'),
        () => store.database.run('test-write', "UPDATE users SET department = 'written' WHERE username = $1 RETURNING 1 AS n", ['jsilva']),
      ],
    ];
    for (const [index, [what, tried, lock, write]] of cases.entries())
      it(`is let through: ${what}`, async () => {
        let isOver = false;
        const trying = tried().finally(() => {
          isOver = true;
        });
        await eventually(async () => expect(await store.database.run(`test-free-${index}`, lock, [])).to.have.length(0));
        await write();
        expect(isOver, 'nobody waits for its end').to.equal(false);
        expect((await trying).changes).not.to.deep.equal([]);
      });

    it('as often as they come, and none of them waits to its end: then it says that it cannot be tried', async () => {
      const own = { context_id: store.scope.contextId, code: first };
      const tried = { attempts: 0, ends: 0 };
      let isOver = false;
      const trying = rehearse(
        store.scope,
        async (inside) => {
          tried.attempts++;
          await inside.db('applications').where(own).update({ category: 'tried' });
          for (let step = 0; step < 100; step++) {
            await pause(20);
            inside.giveWay?.();
          }
          tried.ends++;
        },
        1000,
      ).finally(() => {
        isOver = true;
      });
      const refused = trying.then(
        () => undefined,
        ({ code, status, publicMessage }) => [code, status, publicMessage],
      );
      for (let turn = 0; !isOver; turn++)
        await store.scope
          .db('applications')
          .where(own)
          .update({ category: `written ${turn}` });
      expect(await refused).to.deep.equal(['busy', 503, 'errors.busy_to_try']);
      expect([tried.attempts >= 5, tried.ends], `${tried.attempts} attempts`).to.deep.equal([true, 0]);
      expect((await store.scope.db('applications').where(own).first('category'))!.category).to.match(/^written/);
    });

    it('who is rehearsing, too, is no reason to begin again: one after the other comes to its end', async () => {
      const own = { context_id: store.scope.contextId, code: first };
      const attempts = [0, 0];
      const rehearsal = (which: 0 | 1) =>
        rehearse(store.scope, async (inside) => {
          attempts[which]!++;
          await inside.db('applications').where(own).update({ category: 'tried' });
          for (let step = 0; step < 20; step++) {
            await pause(20);
            inside.giveWay?.();
          }
        });
      await Promise.all([rehearsal(0), rehearsal(1)]);
      expect(attempts.toSorted(), 'the one that came first began once').to.satisfy(([one, other]: number[]) => one === 1 && other! <= 2);
    });

    it('whoever waits for a rehearsal that itself waits does not wait for long', async () => {
      const [one, other] = [first, many[1]!].map((code) => ({ context_id: store.scope.contextId, code }));
      const held = Promise.withResolvers<void>();
      const holding = inTransaction(store.scope, async ({ db }) => {
        await db('applications').where(other!).update({ category: 'held' });
        await held.promise;
      });
      let hasBegun = false;
      const trying = rehearse(store.scope, async (inside) => {
        await inside.db('applications').where(one!).update({ category: 'tried' });
        hasBegun = true;
        await inside.db('applications').where(other!).update({ category: 'tried' });
      });
      await eventually(async () => expect(hasBegun).to.equal(true));
      // it would wait for ever if the rehearsal did
      await store.scope.db('applications').where(one!).update({ category: 'written' });
      held.resolve();
      await Promise.all([holding, trying]);
    });

    it('and while administrators are counted they sign in', async () => {
      const second = { email: 'second@used.example', firstName: 'Second', lastName: 'One', role: 'administrator' };
      await applyState(store.scope, file({ users: [second] }));
      const demoted = { users: [{ ...second, role: 'regular' }], apis };
      const trying = applyState(store.scope, file(demoted), { dryRun: true });
      const lock = lockOf('users', "email = 'second@used.example'", 'NO KEY UPDATE');
      await eventually(async () => expect(await store.database.run('test-free-second', lock, [])).to.have.length(0));
      const sql = "SELECT 1 AS n FROM users WHERE context_id = $1 AND role = 'administrator' FOR KEY SHARE NOWAIT";
      expect(await store.database.run('test-lock-administrators', sql, [store.scope.contextId])).to.have.length(2);
      expect((await trying).changes).not.to.deep.equal([]);
    });
  });
});
