import { expect } from 'chai';
import { createContext } from '../../src/domain/company/contexts/index.ts';
import { createUser } from '../../src/domain/people/users/index.ts';
import { sealEvents, startChain, verifyChain } from '../../src/domain/records/audit/index.ts';
import { inTransaction, openScope } from '../../src/domain/scope.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { createPasswordHasher, loadPasswordEngine, newId } from '../../src/platform/crypto/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { eventsOf } from '../support/audit.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { testKeyRing } from '../support/server.ts';

describe('store: events from before the chain', () => {
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

  it('are encrypted by the migration; of people who were gone already nothing is kept; then they are sealed like others', async () => {
    const parts = { database, clock: systemClock, keyRing: testKeyRing(), hasher: createPasswordHasher(1, 10, await loadPasswordEngine()) };
    const actor = { kind: 'system', name: 'test' } as const;
    const { contextId } = await inTransaction({ ...parts, db: database.knex, actor }, (inside) =>
      createContext(inside, { code: 'old', name: 'Old' }),
    );
    const scope = openScope(parts, contextId, actor);
    const user = await createUser(scope, {
      email: 'ana@old.example',
      firstName: 'Ana',
      lastName: 'Old',
      role: 'regular',
      status: 'activated',
    });
    const steps = ['20261123130000_index_people', '20261123120000_seal_audit'];
    const migrations = await Promise.all(steps.map((name) => import(`../../migrations/${name}.ts`)));
    await database.knex('audit_events').delete();
    for (const one of migrations) await one.down(database.knex);
    const person = { kind: 'person', id: user.userId, name: 'Ana Old', ip: '192.0.2.1', userAgent: 'Old browser' };
    const event = (more: object) => ({
      context_id: contextId,
      event_id: newId(),
      at: new Date(),
      type: 'user.edited',
      outcome: 'success' as const,
      actor: JSON.stringify(person),
      details: '{}',
      ...more,
    });
    const ofAna = { actor_id: user.userId, subject_kind: 'user', subject_id: user.userId, subject_name: 'Ana Old' };
    const gone = newId();
    await database.knex('audit_events').insert([
      event({ ...ofAna, details: JSON.stringify({ before: { lastName: 'Older' } }) }),
      event({
        ...ofAna,
        type: 'sign-in.failed',
        actor: JSON.stringify({ kind: 'anonymous', name: '', ip: '192.0.2.7' }),
        actor_id: null,
      }),
      event({
        actor_id: gone,
        actor: JSON.stringify({ ...person, id: gone, name: 'Zoe Gone' }),
        subject_kind: 'user',
        subject_id: gone,
        subject_name: 'Zoe Gone',
      }),
      event({
        type: 'context.edited',
        actor: JSON.stringify({ kind: 'operator', name: 'root' }),
        subject_kind: 'context',
        subject_name: 'Old',
      }),
    ]);
    for (const one of migrations.toReversed()) await one.up(database.knex);
    expect(JSON.stringify(await database.knex('audit_events'))).to.not.match(/Ana|Older|Old browser|192\.0|Zoe/);
    const [edited, failed, ofGone, company] = await eventsOf(scope);
    expect([edited!.actor.name, edited!.actor.ip, edited!.subjectName, edited!.details]).to.deep.equal([
      'Ana Old',
      '192.0.2.1',
      'Ana Old',
      { before: { lastName: 'Older' } },
    ]);
    expect([failed!.actor.kind, failed!.actor.ip]).to.deep.equal(['anonymous', '192.0.2.7']);
    expect([ofGone!.actor.name, ofGone!.subjectName]).to.deep.equal(['', undefined]);
    expect([company!.actor.name, company!.subjectName]).to.deep.equal(['root', 'Old']);
    await inTransaction(scope, startChain); // as the store does when it has run this migration
    expect(await sealEvents(scope, 'UTC')).to.equal(4);
    expect((await verifyChain(scope)).breach).to.equal(undefined);
  });
});
