import { expect } from 'chai';
import { deleteAccount } from '../../../../src/domain/administration/account-changes/index.ts';
import { runOperationJob } from '../../../../src/domain/administration/operation-runs/index.ts';
import { changeStatus, editUser, requestDeletion, type User } from '../../../../src/domain/people/users/index.ts';
import { recordAlone } from '../../../../src/domain/records/audit/index.ts';
import {
  draftOperation,
  findOperation,
  getOperation,
  type Run,
  Superseded,
  startOperation,
} from '../../../../src/domain/records/operations/index.ts';
import type { OperationId, Scope } from '../../../../src/domain/scope.ts';
import { AppError } from '../../../../src/platform/errors/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

const asked = { kind: 'count', input: { locale: 'en' }, total: 0 };
const nothing: Run = async () => {};
const fall =
  (message: string): Run =>
  async () =>
    Promise.reject(new Error(message));

describe('domain/administration/operation-runs', () => {
  const store = useStore();
  let administrator: User;
  let own: Scope;
  beforeEach(async () => {
    administrator = await store.person({ role: 'administrator', firstName: 'सीता' });
    own = actingFor(store.scope, administrator);
  });

  /** As the queue does it. */
  const run = (operationId: string, work: Run, { isLast = false, of = store.scope } = {}) =>
    runOperationJob.run(() => of, { contextId: of.contextId, operationId }, { runners: { [asked.kind]: work } }, { isLast });
  const failed = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('it went through'),
      (error: unknown) => error,
    );
  const unseen: Run = () => expect.fail('it ran');
  const stateOf = async (operationId: OperationId) => {
    const { state, fault } = (await findOperation(store.scope, operationId))!;
    return { state, fault };
  };

  it('an operation runs in the name of who asked for it, and once', async () => {
    const operationId = await startOperation(own, asked);
    const seen: Record<string, unknown>[] = [];
    const work: Run = async (scope, { input }) => {
      seen.push(input);
      await recordAlone(scope, { type: 'users.exported' });
    };
    expect(await store.eventsOf(() => run(operationId, work))).to.deep.equal(['users.exported']);
    expect((await eventsOf(store.scope, { type: 'users.exported' }))[0]!.actor).to.include({
      kind: 'person',
      id: administrator.userId,
      name: own.actor.name,
    });
    expect(seen).to.deep.equal([{ locale: 'en' }]);
    expect(await getOperation(own, operationId)).to.include({ state: 'done', run: 1 });
    await store.unchanged(() => run(operationId, unseen));
  });

  it('each kind is run by its own runner', async () => {
    const ran: string[] = [];
    const runners = Object.fromEntries(['one', 'two'].map((kind) => [kind, async () => void ran.push(kind)]));
    for (const kind of ['two', 'one']) {
      const operationId = await startOperation(own, { ...asked, kind });
      const payload = { contextId: store.scope.contextId, operationId };
      await runOperationJob.run(() => store.scope, payload, { runners }, { isLast: false });
    }
    expect(ran).to.deep.equal(['two', 'one']);
  });

  it('nothing runs for somebody who is no administrator any more, and they read why', async () => {
    const losses: ((user: User) => Promise<unknown>)[] = [
      ({ userId }) => editUser(store.scope, userId, { role: 'regular' }),
      ({ userId }) => changeStatus(store.scope, userId, 'deactivate'),
      ({ userId }) => changeStatus(store.scope, userId, 'block'),
    ];
    for (const lose of losses) {
      const user = await store.person({ role: 'administrator' });
      const operationId = await startOperation(actingFor(store.scope, user), asked);
      await lose(user);
      await run(operationId, unseen, { isLast: true });
      expect(await stateOf(operationId)).to.deep.equal({ state: 'failed', fault: 'administrators_only' });
    }
  });

  it('who was taken the role while it waits for another try stops there', async () => {
    const operationId = await startOperation(own, asked);
    await failed(run(operationId, fall('the store is away')));
    await editUser(store.scope, administrator.userId, { role: 'regular' });
    await run(operationId, unseen);
    expect(await stateOf(operationId)).to.deep.equal({ state: 'failed', fault: 'administrators_only' });
  });

  it('a fault of ours is tried again, and only after the last try it is told as failed', async () => {
    const operationId = await startOperation(own, asked);
    for (let n = 0; n < 3; n++) {
      expect(await failed(run(operationId, fall('the store is away')))).to.have.property('message', 'the store is away');
      expect(await stateOf(operationId), 'the queue tries again').to.deep.equal({ state: 'running', fault: undefined });
    }
    const error = await failed(run(operationId, fall('the store is away'), { isLast: true }));
    expect(error, 'the job counts as failed, for whoever runs the server').to.have.property('message', 'the store is away');
    expect(await stateOf(operationId)).to.deep.equal({ state: 'failed', fault: 'server_error' });
    expect((await getOperation(own, operationId)).finishedAt).to.be.instanceOf(Date);
    await store.unchanged(() => run(operationId, unseen));
  });

  it('the last try may succeed, and a refusal is told at once by its own code', async () => {
    const late = await startOperation(own, asked);
    await failed(run(late, fall('the store is away')));
    await run(late, nothing, { isLast: true });
    expect(await stateOf(late)).to.deep.equal({ state: 'done', fault: undefined });
    for (const isLast of [false, true]) {
      const refused = await startOperation(own, asked);
      await run(refused, async () => Promise.reject(new AppError('import_faults', 409)), { isLast });
      expect(await stateOf(refused)).to.deep.equal({ state: 'failed', fault: 'import_faults' });
    }
  });

  it('a run that another one replaced does not say that the operation failed, not even at its last try', async () => {
    const operationId = await startOperation(own, asked);
    const work: Run = async () => void (await failed(run(operationId, fall('it fell'))));
    const error = await failed(run(operationId, work, { isLast: true }));
    expect(error).to.be.instanceOf(Superseded);
    expect(await stateOf(operationId)).to.deep.equal({ state: 'running', fault: undefined });
    await run(operationId, nothing);
    expect(await stateOf(operationId)).to.deep.equal({ state: 'done', fault: undefined });
  });

  it('a kind that this version does not know fails in the end, and does not wait for ever', async () => {
    const operationId = await startOperation(own, { ...asked, kind: 'of-a-later-version' });
    await failed(run(operationId, unseen));
    expect(await stateOf(operationId)).to.deep.equal({ state: 'running', fault: undefined });
    await failed(run(operationId, unseen, { isLast: true }));
    expect(await stateOf(operationId)).to.deep.equal({ state: 'failed', fault: 'server_error' });
  });

  it('what is not there, not agreed to, of a deleted person or of the other company runs nothing', async () => {
    const draft = await draftOperation(own, asked);
    const waiting = await startOperation(own, asked);
    const gone = await store.person({ role: 'administrator' });
    const orphan = await startOperation(actingFor(store.scope, gone), asked);
    await changeStatus(store.scope, gone.userId, 'deactivate');
    await requestDeletion(store.scope, gone.userId);
    await deleteAccount(store.scope, gone.userId);
    for (const isLast of [false, true]) {
      for (const id of [unknownId, draft, orphan]) await store.unchanged(() => run(id, unseen, { isLast }));
      await store.unchanged(() => run(waiting, unseen, { isLast, of: store.other }));
    }
    const odd = await store.unchanged(() => failed(run('no-id', unseen, { isLast: true })));
    expect(odd, 'what lies in the queue is not of the shape').to.have.property('name', 'ZodError');
  });
});
