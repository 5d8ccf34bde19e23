import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { deleteAccount } from '../../../../src/domain/administration/account-changes/index.ts';
import {
  type AuditWords,
  auditCsv,
  auditExport,
  startAuditExport,
  startCsvExport,
  verifyAuditFile,
} from '../../../../src/domain/administration/audit-keeping/index.ts';
import { createGroup } from '../../../../src/domain/people/groups/index.ts';
import { requestDeletion, type User } from '../../../../src/domain/people/users/index.ts';
import { type AuditFilter, recordAlone } from '../../../../src/domain/records/audit/index.ts';
import { findOperation, openFile, runOperation } from '../../../../src/domain/records/operations/index.ts';
import type { OperationId, Scope } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, useStore } from '../../../support/use-cases.ts';

const words: AuditWords = {
  columns: ['at', 'type', 'actor', 'subject', 'ip', 'outcome', 'reason', 'code', 'details', 'seq'],
  type: (type) => `type ${type}`,
  outcome: (outcome) => `outcome ${outcome}`,
  reason: (reason) => `reason ${reason}`,
  erased: () => 'somebody who was deleted',
  actor: ({ name }) => name,
  details: (details) => JSON.stringify(details),
};

describe('domain/administration/audit-keeping: taking the audit along', () => {
  const store = useStore();
  let administrator: User;
  let own: Scope;
  beforeEach(async () => {
    administrator = await store.person({ role: 'administrator' });
    own = actingFor(store.scope, administrator);
  });
  const contexts = { byId: async () => ({ url: 'https://id.acme.example' }) };
  const read = async (operationId: OperationId) => (await buffer(openFile(store.scope, operationId))).toString();
  const end = (operationId: OperationId) => findOperation(store.scope, operationId);
  async function exported(input: Parameters<typeof startAuditExport>[1] = {}): Promise<{ operationId: OperationId; lines: string[] }> {
    const operationId = await startAuditExport(own, input);
    await runOperation(
      store.scope,
      operationId,
      async () => true,
      (scope, operation) => auditExport.run(scope, operation, { contexts }),
    );
    return { operationId, lines: (await read(operationId)).trimEnd().split('\n') };
  }
  async function inCsv(filter: AuditFilter): Promise<Record<string, string>[]> {
    const operationId = await startCsvExport(own, filter, 'es');
    const auditWords = (locale: string) => ({ ...words, columns: words.columns.with(0, `at (${locale})`) });
    await runOperation(
      store.scope,
      operationId,
      async () => true,
      (scope, operation) => auditCsv.run(scope, operation, { auditWords }),
    );
    expect(await end(operationId)).to.include({ state: 'done', fileName: 'audit.csv' });
    return parse(await read(operationId), { bom: true, columns: true });
  }
  const typesIn = (lines: string[]) => lines.slice(1, -1).map((line) => JSON.parse(line).sealed.type);

  it('the file holds everything up to the wish itself, readable, and is verified without this server', async () => {
    await createGroup(own, { name: 'सीता' });
    await createGroup(store.other, { name: 'Foreign group' });
    const { operationId, lines } = await exported();
    const { fault, header, events, first } = await verifyAuditFile(lines);
    expect(fault).to.equal(undefined);
    expect(header).to.include({ issuer: 'https://id.acme.example', company: 'Acme S.A.' });
    expect([first, events]).to.deep.equal([1, lines.length - 2]);
    expect(await end(operationId)).to.include({ state: 'done', fileName: 'audit.jsonl', done: events, total: events });
    expect(typesIn(lines)).to.include('group.created').and.include('audit.exported');
    const text = lines.join('\n');
    expect(text).to.contain('"subject":"सीता"').and.not.contain('Foreign group');
    const changed = lines.map((line) => line.replace('"subject_name":"सीता"', '"subject_name":"Rama"'));
    expect((await verifyAuditFile(changed)).fault, 'a word that was changed').to.include({ what: 'changed' });
    expect((await verifyAuditFile(lines.toSpliced(3, 1))).fault, 'an event that was left out').to.include({ what: 'missing' });
  });

  it('of some days only their events are in it, and it is verified all the same', async () => {
    store.wait(24 * 60);
    const from = store.scope.clock.now();
    await createGroup(own, { name: 'On that day' });
    const until = store.scope.clock.now();
    store.wait(24 * 60);
    await createGroup(own, { name: 'A day later' });
    const days = { from: '2026-01-02', until: '2026-01-02', fromAt: from.toISOString(), untilAt: until.toISOString() };
    const { lines } = await exported(days);
    expect(typesIn(lines)).to.deep.equal(['group.created']);
    const { fault, header, events } = await verifyAuditFile(lines);
    expect([fault, events, header!.from, header!.until]).to.deep.equal([undefined, 1, '2026-01-02', '2026-01-02']);
    const before = new Date(0).toISOString();
    const none = await exported({ fromAt: before, untilAt: before });
    expect(none.lines, 'a head and a signature').to.have.length(2);
    expect(await verifyAuditFile(none.lines))
      .to.include({ events: 0 })
      .and.not.have.property('fault');
  });

  it('the event of the wish says which days, and of the file for a spreadsheet which filter', async () => {
    const asked = { from: '2026-01-01', until: '2026-01-31' };
    const types = await store.eventsOf(async () => {
      await startAuditExport(own, asked);
      await startCsvExport(own, { type: 'user.created', cursor: 'a page' }, 'en');
    });
    expect(types).to.deep.equal(['audit.exported', 'audit.exported']);
    const [days, filter] = (await eventsOf(store.scope, { type: 'audit.exported' })).slice(-2);
    expect([days!.details, filter!.details]).to.deep.equal([asked, { type: 'user.created' }]);
    expect(days!.actor.id).to.equal(administrator.userId);
  });

  it('the file for a spreadsheet holds what the filter shows, in words, from the beginning, and runs nothing', async () => {
    await createGroup(own, { name: '=cmd|calc' });
    await recordAlone(own, {
      type: 'sign-in.failed',
      outcome: 'failure',
      reason: 'wrong-password',
      supportCode: 'ABCD',
      details: { x: 1 },
    });
    const [newest] = await eventsOf(store.scope, { type: 'group.created' });
    const groups = await inCsv({ type: 'group.created', cursor: newest!.id });
    expect(groups.at(0)).to.include({ type: 'type group.created', subject: "'=cmd|calc", outcome: 'outcome success' });
    expect(groups).to.have.length((await eventsOf(store.scope, { type: 'group.created' })).length);
    expect(groups[0]).to.have.property('at (es)');
    const failures = await inCsv({ outcome: 'failure', actorId: administrator.userId });
    expect(failures.map(({ reason, code, details }) => [reason, code, details])).to.deep.equal([
      ['reason wrong-password', 'ABCD', '{"x":1}'],
    ]);
    expect(await inCsv({ type: 'nothing' })).to.deep.equal([]);
  });

  it('who was deleted is named by nobody any more, and their events stay', async () => {
    const { userId } = await store.person({ firstName: 'Gone', lastName: 'Away' });
    await requestDeletion(own, userId);
    await deleteAccount(store.scope, userId);
    const events = await inCsv({ subjectId: userId });
    expect(events.map(({ type }) => type))
      .to.include('type user.created')
      .and.include('type user.deleted');
    expect(new Set(events.map(({ subject }) => subject))).to.deep.equal(new Set(['somebody who was deleted']));
    const { lines } = await exported();
    expect(lines.join('\n')).to.contain(userId).and.not.contain('Gone Away');
    expect(await verifyAuditFile(lines)).not.to.have.property('fault');
  });

  it('more than one part is one file, each event once', async () => {
    const { db, contextId } = store.scope;
    await db.raw(
      `INSERT INTO audit_events (context_id, event_id, at, type, outcome, actor, details)
       SELECT ?, gen_random_uuid(), now(), 'settings.changed', 'success', '{"kind":"system"}', jsonb_build_object('n', n) FROM generate_series(1, 4001) AS n`,
      [contextId],
    );
    const numbers = (await inCsv({ type: 'settings.changed' })).map(({ details }) => JSON.parse(details!).n).filter(Boolean);
    expect(new Set(numbers).size).to.equal(4001);
    expect(numbers).to.have.length(4001);
    const { lines } = await exported();
    const { fault, events } = await verifyAuditFile(lines);
    expect([fault, events > 4001]).to.deep.equal([undefined, true]);
  });

  it('asking and its event stand or fall together, and so many wait at once', async () => {
    const as = (scope: Scope) => ({ ...scope, actor: own.actor });
    await store.inOneTransaction((scope) => startAuditExport(as(scope), {}));
    await store.inOneTransaction((scope) => startCsvExport(as(scope), {}, 'en'));
    for (let n = 0; n < 10; n++) await startAuditExport(own, {});
    await store.refused('too_many_operations', () => startAuditExport(own, {}));
    await store.refused('too_many_operations', () => startCsvExport(own, {}, 'en'));
  });

  it('no signature of ours is put under a chain that was changed', async () => {
    await exported();
    const { db, contextId } = store.scope;
    const row = await db('audit_events').where({ context_id: contextId, type: 'group.created' }).whereNotNull('seal_seq').first('event_id');
    await db('audit_events').where('event_id', row!.event_id).update({ subject_name: 'Another' });
    const { operationId, lines } = await exported();
    expect(await end(operationId)).to.include({ state: 'failed', fault: 'audit_chain_broken', fileName: undefined });
    expect(lines.join('')).not.to.contain('signature');
  });
});
