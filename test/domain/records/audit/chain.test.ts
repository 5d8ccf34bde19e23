import { expect } from 'chai';
import { deleteAccount } from '../../../../src/domain/administration/account-changes/index.ts';
import { auditRetention, purgeOldEvents } from '../../../../src/domain/administration/audit-keeping/index.ts';
import { changeSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { mailPerson } from '../../../../src/domain/company/mails/index.ts';
import { findUserByLogin, requestDeletion, sweepMails } from '../../../../src/domain/people/users/index.ts';
import {
  BrokenChain,
  findSealedRange,
  listDailyCounts,
  purgeEvents,
  recordAlone,
  restartChain,
  sealEvents,
  startChain,
  verifyChain,
} from '../../../../src/domain/records/audit/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { KeyRing, newId } from '../../../../src/platform/crypto/index.ts';
import type { AppError } from '../../../../src/platform/errors/index.ts';
import { enqueueJob, listFailedJobs } from '../../../../src/platform/jobs/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { movableClock } from '../../../support/clock.ts';
import { eventually } from '../../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('domain/audit: the chain', () => {
  let server: TestServer;
  let scope: Scope;
  const { clock, wait, reset } = movableClock();
  beforeEach(async () => {
    reset();
    server = await startTestServer({ clock });
    scope = await server.scope();
    for (let i = 0; i < 20; i++)
      await recordAlone(scope, { type: 'settings.changed', reason: `n${i}`, details: { b: i, a: { d: 1, c: [2] } } });
  });
  afterEach(() => server.close());

  const seal = () => sealEvents(scope, 'UTC');
  const verify = () => verifyChain(scope);
  const events = () => scope.db('audit_events').where({ context_id: scope.contextId });
  const at = (seq: number) => events().where({ seal_seq: seq });

  it('seals every event once, in order; what comes later goes on where it ended', async () => {
    const before = await verify();
    expect([before.sealed, before.head!.seq, before.tail.events > 20]).to.deep.equal([0, 0, true]);
    const first = await seal();
    expect(await verify())
      .to.include({ sealed: first })
      .and.not.have.property('breach');
    await recordAlone(scope, { type: 'settings.changed', reason: 'late' });
    expect((await verify()).tail.events).to.equal(1);
    expect(await seal()).to.equal(1);
    expect(await seal()).to.equal(0);
    const result = await verify();
    expect([result.sealed, result.head!.seq, result.tail.events, result.breach]).to.deep.equal([first + 1, first + 1, 0, undefined]);
  });

  it('processes that seal at once wait for one another: no place is given twice', async () => {
    await Promise.all(Array.from({ length: 6 }, seal));
    const seqs = await events().orderBy('seal_seq').pluck('seal_seq');
    expect(seqs).to.deep.equal(seqs.map((_, i) => i + 1));
    expect((await verify()).breach).to.equal(undefined);
  });

  it('an event of a slow transaction gets a later place; the chain stays whole', async () => {
    const slow = await scope.db.transaction();
    await recordAlone({ ...scope, db: slow as never }, { type: 'settings.changed', reason: 'slow' });
    await recordAlone(scope, { type: 'settings.changed', reason: 'quick' });
    await seal();
    await slow.commit();
    await seal();
    const [late] = await events().where({ reason: 'slow' });
    const [quick] = await events().where({ reason: 'quick' });
    expect(late!.seal_seq).to.be.greaterThan(quick!.seal_seq!);
    expect((await verify()).breach).to.equal(undefined);
  });

  it('names the first broken place: changed, gone, added, cut, written again', async () => {
    const last = await seal();
    const tampered = async (work: (db: Scope['db']) => Promise<unknown>) => {
      let result: Awaited<ReturnType<typeof verify>> | undefined;
      await scope.db
        .transaction(async (db) => {
          await work(db);
          result = await verifyChain({ ...scope, db });
          throw new Error('roll back');
        })
        .catch(() => {});
      const { at: seq, what } = result!.breach ?? { at: 0, what: 'nothing' };
      return [seq, what];
    };
    const own = { context_id: scope.contextId };
    const { seal_seq: mine } = (await events().where({ reason: 'n9' }).first('seal_seq'))!;
    for (const change of [
      { reason: 'other' },
      { details: '{}' },
      { outcome: 'failure' as const },
      { at: new Date(0) },
      { actor: '{"kind":"system","name":"x"}' },
    ])
      expect(
        await tampered((db) =>
          db('audit_events')
            .where({ ...own, seal_seq: mine })
            .update(change),
        ),
        JSON.stringify(change),
      ).to.deep.equal([mine, 'changed']);
    expect(
      await tampered((db) =>
        db('audit_events')
          .where({ ...own, seal_seq: 9 })
          .delete(),
      ),
    ).to.deep.equal([9, 'missing']);
    expect(
      await tampered((db) =>
        db('audit_events')
          .where({ ...own, seal_seq: 1 })
          .delete(),
      ),
    ).to.deep.equal([1, 'missing']);
    expect(
      await tampered((db) =>
        db('audit_events')
          .where({ ...own, seal_seq: last })
          .delete(),
      ),
    ).to.deep.equal([last, 'missing']);
    expect(
      await tampered(async (db) => {
        await db('audit_events')
          .where({ ...own, seal_seq: 5 })
          .update({ seal_seq: last + 5 });
      }),
    ).to.deep.equal([5, 'missing']);
    expect(
      await tampered(async (db) => {
        const [event] = await db('audit_events').where({ ...own, seal_seq: 3 });
        await db('audit_events').insert({
          ...event!,
          event_id: newId(),
          seal_seq: last + 1,
          actor: '{}',
          details: '{}',
        });
      }),
    ).to.deep.equal([last + 1, 'added']);
    expect(
      await tampered((db) =>
        db('audit_chains')
          .where(own)
          .update({ seq: last - 1 }),
      ),
      'cut without the key',
    ).to.deep.equal([last - 1, 'head']);
    expect(await tampered((db) => db('audit_chains').where(own).delete()), 'forgotten').to.deep.equal([0, 'head']);
    // everything hashed again, by somebody who has the store and not the master key
    const stranger = new KeyRing([{ id: 'test', key: Buffer.alloc(32, 9) }]);
    expect(
      await tampered(async (db) => {
        await db('audit_events').where(own).update({ seal_seq: null, seal_hash: null, reason: 'forged' });
        const theirs = { ...scope, db, keyRing: stranger };
        await inTransaction(theirs, startChain);
        await sealEvents(theirs, 'UTC');
      }),
    ).to.deep.equal([last, 'head']);
    expect((await verify()).breach, 'and nothing was left changed').to.equal(undefined);
  });

  it('nothing is sealed onto a chain that was changed: the next seal would vouch for it', async () => {
    const last = await seal();
    const own = { context_id: scope.contextId };
    const refuses = async (what: string, work: (db: Scope['db']) => Promise<unknown>) => {
      let error: unknown;
      await scope.db
        .transaction(async (db) => {
          await work(db);
          const inside = { ...scope, db };
          await recordAlone(inside, { type: 'settings.changed', reason: 'later' });
          for (const next of [() => sealEvents(inside, 'UTC'), () => purgeEvents(inside, new Date())])
            await next().then(
              () => expect.fail(`${what}: went on`),
              (thrown) => {
                error = thrown;
              },
            );
          throw new Error('roll back');
        })
        .catch((thrown) => {
          if (thrown.message !== 'roll back') throw thrown;
        });
      expect(error, what).to.be.instanceOf(BrokenChain);
    };
    await refuses('hashes computed again', (db) =>
      db('audit_chains')
        .where(own)
        .update({ hash: Buffer.alloc(32, 1) }),
    );
    await refuses('the last event changed', (db) =>
      db('audit_events')
        .where({ ...own, seal_seq: last })
        .update({ seal_hash: Buffer.alloc(32, 1) }),
    );
    await refuses('the beginning cut off', (db) => db('audit_chains').where(own).update({ anchor_seq: 5 }));
    await refuses('all of it forgotten', async (db) => {
      await db('audit_chains').where(own).delete();
      await db('audit_events').where(own).update({ seal_seq: null, seal_hash: null });
    });
  });

  it('a head that was kept elsewhere shows that the chain was cut back to an earlier one of ours', async () => {
    await seal();
    const [early] = await scope.db('audit_chains').where({ context_id: scope.contextId });
    await recordAlone(scope, { type: 'settings.changed', reason: 'to be hidden' });
    await seal();
    const { head } = await verify();
    const known = { seq: head!.seq, hash: head!.hash };
    expect((await verifyChain(scope, known)).breach).to.equal(undefined);
    await at(head!.seq).delete();
    await scope.db('audit_chains').where({ context_id: scope.contextId }).update({ seq: early!.seq, hash: early!.hash, mac: early!.mac });
    expect((await verify()).breach, 'from inside it looks whole').to.equal(undefined);
    expect((await verifyChain(scope, known)).breach).to.include({ at: head!.seq, what: 'missing' });
  });

  it('retention deletes from the beginning on, and the rest goes on verifying', async () => {
    await seal();
    wait(40 * 24 * 60);
    await recordAlone(scope, { type: 'settings.changed', reason: 'young' });
    await seal();
    await changeSettings(scope, auditRetention, { days: 30 }, 0);
    const purged = await purgeOldEvents(scope);
    expect(purged).to.be.greaterThan(20);
    expect(await events().where({ reason: 'n3' })).to.have.length(0);
    await seal();
    const result = await verify();
    expect([result.firstSeq, result.breach]).to.deep.equal([purged + 1, undefined]);
    expect((await events().where({ type: 'audit.purged' }))[0]!.details).to.include({ events: purged });
    await at(purged + 1).delete();
    expect((await verify()).breach).to.include({ at: purged + 1, what: 'missing' });
    expect(await purgeEvents(scope, new Date(0)), 'nothing is that old').to.equal(0);
  });

  it('nobody gets rid of an event, or of a change to one, by making it look old', async () => {
    await seal();
    await changeSettings(scope, auditRetention, { days: 30 }, 0);
    const before = await events().where('seal_seq', '<=', 5);
    for (const spoil of [
      () =>
        events()
          .where('seal_seq', '<=', 5)
          .update({ at: new Date('2000-01-01') }),
      () => at(3).delete(),
      () => at(3).update({ reason: 'forged' }),
    ]) {
      await spoil();
      wait(40 * 24 * 60);
      await purgeOldEvents(scope).then(
        () => expect.fail('it was deleted'),
        (error) => expect(error).to.be.instanceOf(BrokenChain),
      );
      expect((await verify()).breach)
        .to.have.property('at')
        .that.is.at.most(3);
      expect(await events().where({ type: 'audit.purged' })).to.have.length(0);
      await events().where('seal_seq', '<=', 5).delete();
      await scope
        .db('audit_events')
        .insert(before.map((row) => ({ ...row, actor: JSON.stringify(row.actor), details: JSON.stringify(row.details) })));
      expect((await verify()).breach).to.equal(undefined);
    }
  });

  it('is verified as it was at one moment, while it grows and is cut', async () => {
    await changeSettings(scope, auditRetention, { days: 30 }, 0);
    let isOver = false;
    const grow = async () => {
      while (!isOver) {
        await recordAlone(scope, { type: 'settings.changed', reason: 'more' });
        await seal();
        wait(10 * 24 * 60);
        await purgeOldEvents(scope);
      }
    };
    const growing = grow();
    for (let i = 0; i < 60; i++) expect((await verify()).breach).to.equal(undefined);
    isOver = true;
    await growing;
    expect((await verify()).firstSeq).to.be.greaterThan(1);
  });

  it('one company’s broken chain keeps no other’s from being sealed', async () => {
    const other = await server.scope('other');
    for (const one of [scope, other]) await recordAlone(one, { type: 'settings.changed', reason: 'to be sealed' });
    for (const one of [scope, other])
      await one
        .db('audit_events')
        .where({ context_id: one.contextId, reason: 'to be sealed' })
        .update({ seal_seq: one === scope ? 1 : null, seal_hash: one === scope ? Buffer.alloc(32) : null });
    await server.app.startJobs();
    await enqueueJob(scope.db, 'seal-audit', {}, { maxAttempts: 1 });
    await eventually(async () =>
      expect((await listFailedJobs(scope.db)).map(({ lastError }) => lastError).join()).to.contain('portaria audit verify'),
    );
    expect((await verifyChain(other)).tail.events).to.equal(0);
    expect((await verify()).breach).to.include({ at: 1 });
  });

  it('a chain that is broken for good is given up in the open: a new one begins behind it, and age still deletes what lies before', async () => {
    const last = await seal();
    await at(3).delete();
    const { breach, firstSeq } = await restartChain(scope, 'lost with a disk');
    expect([breach, firstSeq]).to.deep.equal([{ at: 3, what: 'missing' }, last + 1]);
    await seal();
    const fresh = await verify();
    expect([fresh.breach, fresh.firstSeq, fresh.sealed]).to.deep.equal([undefined, last + 1, 1]);
    expect(fresh.before, 'what was sealed before is still there').to.equal(last - 1);
    const [event] = await eventsOf(scope, { type: 'audit.chain-restarted' });
    expect(event!.details).to.deep.equal({ brokenAt: 3, breach: 'missing', because: 'lost with a disk' });
    await restartChain(scope, 'again').then(
      () => expect.fail('a whole chain was given up'),
      (error: AppError) => expect(error.code).to.equal('chain_whole'),
    );
    expect(await findSealedRange(scope, {}), 'what lies before is in no signed export').to.deep.include({
      first: last + 1,
      last: last + 1,
    });
    const heads = [await at(last).first('seal_hash'), await at(last - 1).first('seal_hash')].map((row) => row!.seal_hash!.toString('hex'));
    expect((await verifyChain(scope, { seq: last, hash: heads[0]! })).breach).to.equal(undefined);
    expect((await verifyChain(scope, { seq: last, hash: heads[1]! })).breach).to.include({ at: last, what: 'changed' });
    expect((await verifyChain(scope, { seq: last - 1, hash: heads[1]! })).isKnownTooOld).to.equal(true);
    wait(1);
    expect(await purgeEvents(scope, clock.now())).to.equal(last);
    await seal();
    const purged = await verify();
    expect([purged.breach, purged.before, purged.firstSeq]).to.deep.equal([undefined, 0, last + 2]);
  });

  it('a place that was written by hand wedges nothing: it is named, taken out of the numbering, and the chain goes on', async () => {
    const last = await seal();
    for (const place of ['9007199254740991', '9223372036854775807', '-9007199254740991', '-9223372036854775808', '-1', '0']) {
      await recordAlone(scope, { type: 'settings.changed', reason: `forged ${place}` });
      await scope.db.raw('UPDATE audit_events SET seal_seq = ?::bigint, seal_hash = ? WHERE context_id = ? AND reason = ?', [
        place,
        Buffer.alloc(32, 1),
        scope.contextId,
        `forged ${place}`,
      ]);
    }
    expect((await verify()).breach).to.include({ what: 'added' });
    expect((await verify()).before, 'what lies before the beginning is counted').to.equal(4);
    expect((await restartChain(scope, 'forged')).firstSeq).to.equal(last + 1);
    expect(await seal()).to.equal(1);
    const fresh = await verify();
    expect([fresh.breach, fresh.sealed, fresh.before]).to.deep.equal([undefined, 1, last + 6]);
  });

  it('counts each day on the way', async () => {
    await seal();
    const today = new Date().toISOString().slice(0, 10);
    const counts = await listDailyCounts(scope, ['settings.changed'], '2000-01-01');
    expect(counts.reduce((sum, { n }) => sum + n, 0)).to.equal(20);
    expect(counts.at(-1)!.day <= today).to.equal(true);
  });
});

describe('domain/audit: people’s data', () => {
  let server: TestServer;
  let scope: Scope;
  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    await jar.get(`${server.issuer}/account`);
  });
  after(() => server.close());

  it('lies there encrypted, and is read for those who exist', async () => {
    const rows = JSON.stringify(await scope.db('audit_events').where({ context_id: scope.contextId }));
    for (const secret of ['João', 'jsilva', 'Mozilla/5.0 test']) expect(rows, secret).to.not.contain(secret);
    const [event] = await eventsOf(scope, { type: 'sign-in.succeeded' });
    expect([event!.actor.name, event!.subjectName, event!.actor.ip]).to.deep.equal(['João da Silva', 'João da Silva', '127.0.0.1']);
  });

  it('what was moved to another event or altered is not believed', async () => {
    const [event] = await eventsOf(scope, { type: 'sign-in.succeeded' });
    const row = scope.db('audit_events').where({ event_id: event!.id });
    const { subject_sealed } = (await row.clone().first('subject_sealed'))!;
    const altered = Buffer.from(subject_sealed!);
    altered[20]! ^= 1;
    await row.clone().update({ subject_sealed: altered });
    expect((await eventsOf(scope, { type: 'sign-in.succeeded' }))[0]!.erased.subject).to.equal(true);
    await row.clone().update({ subject_sealed });
  });

  it('a key that was thrown away or exchanged is named: the hashes alone would not tell', async () => {
    const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
    await sealEvents(scope, 'UTC');
    expect((await verifyChain(scope)).breach).to.equal(undefined);
    const row = scope.db('audit_keys').where({ context_id: scope.contextId, user_id: userId });
    const kept = await row.clone().first();
    const [first] = await scope.db('audit_events').where({ context_id: scope.contextId, actor_id: userId }).orderBy('seal_seq');
    const own = await scope.db('audit_events').where({ context_id: scope.contextId, subject_id: userId }).orderBy('seal_seq').first();
    const at = Math.min(first!.seal_seq!, own!.seal_seq!);
    await row.clone().update({ key: Buffer.alloc(32, 1) });
    expect((await verifyChain(scope)).breach).to.include({ at, what: 'hidden' });
    await row.clone().delete();
    expect((await verifyChain(scope)).breach).to.include({ at, what: 'hidden' });
    // an event that says the person was deleted counts for nothing while the person lives
    const said = { context_id: scope.contextId, event_id: newId(), at: new Date(), type: 'user.deleted', outcome: 'success' as const };
    await scope.db('audit_events').insert({ ...said, actor: '{}', subject_kind: 'user', subject_id: userId, details: '{}' });
    expect((await verifyChain(scope)).breach).to.include({ at, what: 'hidden' });
    await scope.db('audit_events').where('event_id', said.event_id).delete();
    // what is broken in the hashes is said before
    const last = scope
      .db('audit_events')
      .where({ context_id: scope.contextId })
      .whereNotNull('seal_seq')
      .orderBy('seal_seq', 'desc')
      .first();
    const { event_id } = (await last)!;
    await scope.db('audit_events').where({ event_id }).update({ reason: 'changed' });
    expect((await verifyChain(scope)).breach).to.include({ what: 'changed', eventId: event_id });
    await scope.db('audit_events').where({ event_id }).update({ reason: null });
    await scope.db('audit_keys').insert(kept!);
    expect((await verifyChain(scope)).breach).to.equal(undefined);
  });

  it('S130, Law 6: is gone with the person, in what they did and what was done to them; the chain still verifies', async () => {
    const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
    await sealEvents(scope, 'UTC');
    await scope.db('users').where({ user_id: userId }).update({ recovery_email: 'joao@home.example' });
    await inTransaction(scope, async (inside) => {
      await mailPerson(inside, (await findUserByLogin(inside, 'jsilva'))!, { mail: 'own_password_changed', leadsTo: { page: 'account' } });
      const ana = (await findUserByLogin(inside, 'ana@acme.example'))!;
      const two = { ...ana, recoveryEmail: 'joao@home.example' };
      await mailPerson(inside, two, { mail: 'password_changed', leadsTo: { page: 'recovery-request' } });
    });
    const jobs = async () => JSON.stringify(await scope.db('graphile_worker._private_jobs').select('payload'));
    expect(await jobs()).to.contain('joao@home.example');
    for (const work of [requestDeletion, deleteAccount]) await work(scope, userId);
    await sweepMails(scope.db);
    expect(await jobs(), 'nor is a mail of theirs').to.not.match(/João/);
    expect(await jobs(), 'that of somebody with the same mailbox stays').to.contain('joao@home.example');
    const events = await eventsOf(scope, { personId: userId });
    expect(events.length).to.be.greaterThan(3);
    expect(JSON.stringify(events)).to.not.match(/João|jsilva|Mozilla/);
    expect(events.every(({ erased, subjectKind }) => erased.subject || subjectKind !== 'user')).to.equal(true);
    await sealEvents(scope, 'UTC');
    expect((await verifyChain(scope)).breach).to.equal(undefined);
    // and nothing is written of somebody who is gone
    const gone = { ...scope, actor: { kind: 'person', id: userId, name: 'João Late', ip: '203.0.113.77' } } as const;
    await recordAlone(gone, { type: 'user.edited', subject: { kind: 'user', id: userId, name: 'João Late' }, details: { after: 'João' } });
    expect(JSON.stringify(await scope.db('audit_events').where({ context_id: scope.contextId }))).to.not.match(/João|203\.0\.113/);
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    expect((await jar.get(`${server.issuer}/admin/audit?subject=${userId}`)).text).to.contain('Deleted user');
  });
});
