import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { changeStatus, getUser, selectUserIds, type User } from '../../../../src/domain/people/users/index.ts';
import {
  confirmOperation,
  countRefused,
  deleteOperationsOf,
  draftOperation,
  endOperation,
  fillItems,
  findOperation,
  getOperation,
  listOperations,
  listRefused,
  type Operation,
  openFile,
  type Run,
  runOperation,
  Superseded,
  saveCsv,
  saveFilePart,
  startOperation,
  sweepOperations,
  workOnItems,
} from '../../../../src/domain/records/operations/index.ts';
import { inTransaction, type OperationId, type Scope, type UserId } from '../../../../src/domain/scope.ts';
import { AppError } from '../../../../src/platform/errors/index.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

const asked = { kind: 'test', input: { filter: 'somebody', locale: 'en' }, total: 0 };
const yes = async () => true;

describe('domain/records/operations', () => {
  const store = useStore();
  let own: Scope;
  beforeEach(async () => {
    own = actingFor(store.scope, await store.person({ role: 'administrator' }));
  });
  const run = (operationId: OperationId, work: Run, mayStill = yes) => runOperation(store.scope, operationId, mayStill, work);
  const state = async (operationId: OperationId) => (await findOperation(store.scope, operationId))?.state;
  const runs = async (operationId: string) => (await store.queued('run-operation')).filter((job) => job.operationId === operationId);
  async function ofPeople(...people: User[]): Promise<OperationId> {
    const operationId = await startOperation(own, asked);
    const ids = people.map(({ userId }) => userId);
    await inTransaction(own, (inside) => fillItems(inside, operationId, selectUserIds(inside, { ids })));
    return operationId;
  }

  it('asking queues one run at the commit, and none where the caller’s transaction falls', async () => {
    expect(await store.inCallersTransaction((scope) => startOperation({ ...scope, actor: own.actor }, asked))).to.equal(0);
    expect(await store.inCallersTransaction((scope) => draftOperation({ ...scope, actor: own.actor }, asked))).to.equal(0);
    const operationId = await startOperation(own, asked);
    expect(await runs(operationId)).to.have.length(1);
    expect((await listOperations(own)).map((one) => one.operationId)).to.deep.equal([operationId]);
  });

  it('a draft runs only after its person said yes, once; another draft takes its place', async () => {
    const first = await draftOperation(own, asked);
    const second = await draftOperation(own, asked);
    expect(await findOperation(own, first)).to.equal(undefined);
    await store.unchanged(() => run(second, () => expect.fail('it ran')));
    expect(await listOperations(own)).to.deep.equal([]);
    await store.inCallersTransaction((scope) => confirmOperation({ ...scope, actor: own.actor }, second));
    expect(await runs(second)).to.deep.equal([]);
    await confirmOperation(own, second);
    expect(await runs(second)).to.have.length(1);
    await store.refused('request_answered', () => confirmOperation(own, second));
  });

  it('a file in parts goes on behind the last one that was written, and says each line once', async () => {
    const operationId = await startOperation(own, { ...asked, total: 5 });
    const lines = ['one', 'two', 'three', 'four', 'five'];
    const asks: (string | undefined)[] = [];
    const falls = new Error('the process fell');
    const write =
      (fallsAt?: number): Run =>
      async (scope, operation) => {
        let reads = 0;
        await saveCsv(scope, operation, ['n'], async (cursor) => {
          asks.push(cursor);
          if (++reads === fallsAt) throw falls;
          const at = Number(cursor ?? 0);
          return { items: lines.slice(at, at + 2).map((line) => [line]), cursor: at + 2 < lines.length ? String(at + 2) : undefined };
        });
      };
    for (const fallsAt of [1, 2, 2]) {
      const failure = await run(operationId, write(fallsAt)).catch((error: unknown) => error);
      expect(failure).to.equal(falls);
    }
    expect(await getOperation(own, operationId)).to.include({ done: 4, total: 5 });
    expect((await getOperation(own, operationId)).input, 'it is not what was asked for').to.deep.equal(asked.input);
    await run(operationId, write());
    expect(asks).to.deep.equal([undefined, undefined, '2', '2', '4', '4']);
    expect(await text(openFile(own, operationId))).to.equal(['n', ...lines].map((line) => `"${line}"\r\n`).join(''));
    expect(await getOperation(own, operationId)).to.include({ state: 'done', done: 5, total: 5 });
    const row = await store.scope.db('operations').where('operation_id', operationId).first('input');
    expect(row!.input, 'a cursor may name somebody').to.deep.equal({ locale: 'en' });
  });

  it('others’ operations are not found, by whatever id', async () => {
    const draft = await draftOperation(own, asked);
    const other = actingFor(store.scope, await store.person({ role: 'administrator' }));
    for (const [scope, id] of [
      [other, draft],
      [{ ...store.other, actor: own.actor }, draft],
      [own, unknownId],
      [own, 'no-id'],
    ] as const) {
      await store.refused('not_found', () => getOperation(scope, id));
      await store.refused('not_found', () => confirmOperation(scope, id));
    }
    expect(await listOperations(other)).to.deep.equal([]);
  });

  it('so many of one person wait at once, and drafts do not count', async () => {
    await draftOperation(own, asked);
    const all: OperationId[] = [];
    for (let n = 0; n < 10; n++) all.push(await startOperation(own, asked));
    await store.refused('too_many_operations', () => startOperation(own, asked));
    await startOperation(actingFor(store.scope, await store.person()), asked);
    await run(all[0]!, async () => {});
    await startOperation(own, asked);
  });

  it('it runs in the name of who asked, ends once, and forgets what was looked for', async () => {
    const operationId = await startOperation(own, asked);
    const seen: string[] = [];
    const work: Run = async ({ actor }) => void seen.push(actor.id!);
    await run(operationId, work);
    await store.unchanged(() => run(operationId, work));
    expect(seen).to.deep.equal([own.actor.id]);
    expect(await getOperation(own, operationId)).to.deep.include({ state: 'done', input: { locale: 'en' } });
    expect(await store.unchanged(() => endOperation(store.scope, { operationId }, { fault: 'late' }))).to.equal(false);
  });

  it('a refusal ends it with its code; a fault of ours leaves it to the queue', async () => {
    const refused = await startOperation(own, asked);
    await run(refused, async () => {
      throw new AppError('import_faults', 409);
    });
    expect(await getOperation(own, refused)).to.include({ state: 'failed', fault: 'import_faults' });
    const lost = await startOperation(own, asked);
    await run(
      lost,
      () => expect.fail('it ran'),
      async () => false,
    );
    expect(await getOperation(own, lost)).to.include({ state: 'failed', fault: 'administrators_only' });
    const failing = await startOperation(own, asked);
    const fault = new Error('the store is away');
    const error = await run(failing, async () => Promise.reject(fault)).catch((reason) => reason);
    expect(error).to.equal(fault);
    expect(await state(failing)).to.equal('running');
    await run(failing, async () => {});
    expect(await state(failing)).to.equal('done');
  });

  it('of two runs at once the later one writes, and the earlier one does not say that it is done', async () => {
    const operationId = await startOperation(own, asked);
    const part = (operation: Operation, content: string) => saveFilePart(store.scope, operation, 0, Buffer.from(content));
    const error = await run(operationId, async (_scope, first) => {
      await part(first, 'first');
      // the other run begins, and the first goes on
      const failed = await run(operationId, async (_inside, second) => {
        await part(second, 'second');
        throw new Error('it fell');
      }).catch((reason) => reason);
      expect(failed).to.have.property('message', 'it fell');
      await part(first, 'too late');
    }).catch((reason) => reason);
    expect(error).to.be.instanceOf(Superseded);
    expect(await state(operationId)).to.equal('running');
    expect(await text(openFile(store.scope, operationId))).to.equal('second');
    const superseded = await run(operationId, async () => {
      await run(operationId, async () => Promise.reject(new Error('it fell'))).catch(() => {});
    }).catch((reason) => reason);
    expect(superseded, 'nor one that writes no file').to.be.instanceOf(Superseded);
    expect(await state(operationId)).to.equal('running');
  });

  it('each person is worked on in a transaction with the note of it: refused or failed, nothing of theirs stays', async () => {
    const [good, refused, broken] = [await store.person(), await store.person(), await store.person()];
    const operationId = await ofPeople(good, refused, broken);
    const tries = new Map<UserId, number>();
    const work = (scope: Scope, operation: Operation) =>
      workOnItems(
        scope,
        operation,
        async (inside, userId) => {
          tries.set(userId, (tries.get(userId) ?? 0) + 1);
          await changeStatus(inside, userId, 'block');
          if (userId === refused.userId) throw new AppError('status_conflict', 409);
          if (userId === broken.userId) throw new Error('for no reason that we know');
        },
        yes,
      );
    expect(await store.eventsOf(() => run(operationId, work))).to.deep.equal(['user.blocked']);
    expect(await getOperation(own, operationId)).to.include({ state: 'done', total: 3, done: 1, refused: 2 });
    expect([good, refused, broken].map(({ userId }) => tries.get(userId))).to.deep.equal([1, 1, 3]);
    for (const { userId } of [refused, broken]) expect((await getUser(store.scope, userId)).status).to.equal('activated');
    const outcomes = (await listRefused(store.scope, operationId)).map(({ userId, outcome }) => [userId, outcome]);
    expect(outcomes).to.deep.include.members([
      [refused.userId, 'status_conflict'],
      [broken.userId, 'server_error'],
    ]);
    expect(await countRefused(store.scope, operationId)).to.have.length(2);
  });

  it('a run that fell goes on where it was, and does nothing twice', async () => {
    const people = [await store.person(), await store.person(), await store.person()];
    const operationId = await ofPeople(...people);
    const done: UserId[] = [];
    const work =
      (isLast: boolean): Run =>
      async (scope, operation) => {
        await workOnItems(scope, operation, async (_inside, userId) => void done.push(userId), yes);
        if (!isLast) throw new Error('it fell');
      };
    const error = await run(operationId, work(false)).catch((reason) => reason);
    expect(error).to.have.property('message', 'it fell');
    await run(operationId, work(true));
    expect(done).to.have.members(people.map(({ userId }) => userId));
    expect(await getOperation(own, operationId)).to.include({ state: 'done', done: 3, refused: 0 });
  });

  it('with a person goes what they asked for, with its items and files', async () => {
    const operationId = await ofPeople(await store.person());
    await inTransaction(store.scope, (inside) => deleteOperationsOf(inside, own.actor.id as UserId));
    expect(await findOperation(store.scope, operationId)).to.equal(undefined);
    expect(await store.scope.db('operation_items').where('operation_id', operationId)).to.deep.equal([]);
  });

  it('S53: files are kept for 48 hours, drafts too, what was done for 30 days', async () => {
    const [done, draft] = [await startOperation(own, asked), await draftOperation(own, asked)];
    await run(done, async (scope, operation) => {
      await saveFilePart(scope, operation, 0, Buffer.from('content'));
      await endOperation(scope, operation, { fileName: 'people.csv' });
    });
    const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    const age = (hours: number) =>
      store.scope
        .db('operations')
        .whereIn('operation_id', [done, draft])
        .update({
          created_at: ago(hours),
          finished_at: store.scope.db.raw('CASE WHEN finished_at IS NULL THEN NULL ELSE ?::timestamptz END', [ago(hours)]),
        });
    await age(47);
    await store.unchanged(() => sweepOperations(store.scope.db));
    await age(49);
    await sweepOperations(store.scope.db);
    expect(await findOperation(store.scope, draft)).to.equal(undefined);
    expect(await text(openFile(store.scope, done))).to.equal('');
    expect((await findOperation(store.scope, done))!.fileName).to.equal(undefined);
    await age(30 * 24 + 1);
    await sweepOperations(store.scope.db);
    expect(await findOperation(store.scope, done)).to.equal(undefined);
  });
});
