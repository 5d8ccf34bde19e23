import { expect } from 'chai';
import { applyState, parseState } from '../../../../src/domain/administration/desired-state/index.ts';
import { ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { eventually } from '../../../support/patience.ts';
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
});
