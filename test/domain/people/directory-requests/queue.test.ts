import { expect } from 'chai';
import { addDirectory, enrolAgent, revokeAgent } from '../../../../src/domain/people/directories/index.ts';
import {
  type ConnectedAgent,
  DirectoryQueue,
  measureDirectoryRequests,
  sweepDirectoryRequests,
} from '../../../../src/domain/people/directory-requests/index.ts';
import { type AgentId, type DirectoryId, type DirectoryRequestId, inTransaction } from '../../../../src/domain/scope.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { ChangeListener, NoticedCache } from '../../../../src/platform/database/index.ts';
import { createLog } from '../../../../src/platform/log/index.ts';
import { type DirectoryRequest, openSealed, proveAnswer, type RequestOf } from '../../../../src/smartsync-protocol/index.ts';
import { makeKeys } from '../../../support/fake-agent.ts';
import { eventually } from '../../../support/process.ts';
import { useStore } from '../../../support/use-cases.ts';

const entry = { id: '6f9619ff-8b86-4011-b42d-00c04fc964ff', dn: 'uid=ana,dc=example' };
const yes = { outcome: 'accepted' };
const setEnabled = { kind: 'set-enabled', body: { entry, isEnabled: true } } as const;

describe('domain/people/directory-requests', function () {
  this.timeout(20_000);
  const store = useStore();
  let keys: Awaited<ReturnType<typeof makeKeys>>;
  let directoryId: DirectoryId;
  let agentIds: AgentId[];
  let counted: string[];
  const ends: (() => unknown)[] = [];

  before(async () => {
    keys = await makeKeys();
    const { directory, token } = await addDirectory(store.scope, { name: 'Head office' });
    directoryId = directory.directoryId;
    const input = { token, name: 'a', software: 'a', protocol: { major: 1, minor: 0 } };
    const pair = { signingKey: keys.signing as never, encryptionKey: { kty: 'OKP', crv: 'X25519', x: keys.encryption.x! } as const };
    agentIds = [];
    for (let n = 0; n < 3; n++) agentIds.push((await enrolAgent(store.scope, { ...input, ...pair })).agentId);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await eventually(async () => expect(await store.scope.db('directory_requests'), 'a request was left over').to.deep.equal([]));
  });

  /** As each server process has one. */
  async function startQueue() {
    const listener = new ChangeListener(store.database.url);
    counted = [];
    const parts = { database: store.database, listener, cache: new NoticedCache(listener, 10), log: createLog('silent') };
    const queue = new DirectoryQueue(parts, (kind, outcome) => counted.push(`${kind} ${outcome}`));
    await listener.start();
    ends.push(async () => {
      queue.close();
      await listener.close();
    });
    return { queue, listener };
  }

  /** @param answer undefined is none */
  function agent(queue: DirectoryQueue, n: number, answer: (request: DirectoryRequest, requestId: string) => unknown) {
    const got: string[] = [];
    const cancelled: string[] = [];
    const one: ConnectedAgent = {
      contextId: store.scope.contextId,
      directoryId,
      agentId: agentIds[n]!,
      isUp: true,
      async send(message) {
        if (message.type === 'cancel') return void cancelled.push(message.requestId);
        got.push(message.requestId);
        const given = await answer(message.request, message.requestId);
        if (given) await queue.answer(one, message.requestId, given);
      },
    };
    queue.connect(one);
    ends.push(() => queue.disconnect(one));
    return { one, got, cancelled };
  }
  const prove = async ({ body }: DirectoryRequest, requestId: string) => {
    const { sealed } = body as RequestOf<'verify-password'>;
    const agentId = sealed.recipients[0]!.header!.kid as string;
    const { key } = await openSealed(sealed, `verify-password ${entry.id}`, agentId, keys.encryption);
    return { ...yes, proof: proveAnswer(key, requestId, 'accepted') };
  };
  const verify = (queue: DirectoryQueue, timeoutMs?: number, isOnce?: boolean) =>
    queue.ask(
      store.scope,
      directoryId,
      { kind: 'verify-password', body: { entry } },
      { passwords: { password: 'x' }, isOnce, ...(timeoutMs ? { timeoutMs } : {}) },
    );
  const rows = () => store.scope.db('directory_requests');

  it('what one process asks, another serves; each answer is counted where it was asked', async () => {
    const [asking, serving] = [await startQueue(), await startQueue()];
    const { got } = agent(serving.queue, 0, prove);
    expect(await Promise.all(Array.from({ length: 50 }, () => verify(asking.queue)))).to.have.length(50);
    expect(new Set(got).size).to.equal(50);
    expect(counted).to.have.length(50);
  });

  it('its own agents get it without a notice, and it waits in the queue for no moment', async () => {
    const { queue, listener } = await startQueue();
    await listener.close();
    agent(queue, 0, prove);
    expect(await verify(queue)).to.include(yes);
    expect(counted).to.deep.equal(['verify-password accepted']);
  });

  it('an answer that is nested without end fails no other, and is none itself; NUL in the name of an attribute is left out', async () => {
    const [asking, serving] = [await startQueue(), await startQueue()];
    const held: (() => void)[] = [];
    const nested = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const turns = [{ ...yes, more: nested }, nested, yes, yes];
    const people = [{ type: 'person', id: entry.id, dn: 'cn=a', isEnabled: true, attributes: { 'c\0n': ['a\0b'] } }];
    const other = ({ kind }: DirectoryRequest) =>
      kind === 'find-people' ? { ...yes, people } : { outcome: 'refused', reason: 'not-found' };
    agent(serving.queue, 0, async (request) => {
      const turn = turns.shift();
      if (!turn) return other(request);
      await new Promise<void>((resolve) => held.push(resolve));
      return turn;
    });
    const asked = Array.from({ length: 4 }, () => asking.queue.ask(store.scope, directoryId, setEnabled, { timeoutMs: 9000 }));
    await eventually(async () => expect(held).to.have.length(4));
    agent(serving.queue, 1, other);
    for (const go of held) go();
    const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome).sort();
    expect(outcomes).to.deep.equal(['accepted', 'accepted', 'accepted', 'refused']);
    const found = await asking.queue.ask(store.scope, directoryId, { kind: 'find-people', body: { text: 'a', userFilter: '(a=b)' } });
    expect(found).to.deep.include({ people: [{ ...people[0], attributes: { cn: ['ab'] } }] });
  });

  it('a key to which nothing can be sealed costs only its own agent the work', async () => {
    const keyOf = (agentId: AgentId) => store.scope.db('directory_agents').where('agent_id', agentId);
    const good = await keyOf(agentIds[0]!).first('encryption_key');
    const bad = ['A'.repeat(43), 'AAAA', ''].map((x) => JSON.stringify({ kty: 'OKP', crv: 'X25519', x }));
    for (const key of [...bad, JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: keys.signing.x })]) {
      await keyOf(agentIds[0]!).update({ encryption_key: key });
      const { queue } = await startQueue();
      const [first, second] = [agent(queue, 0, prove), agent(queue, 1, prove)];
      expect(await verify(queue), key).to.include(yes);
      expect([first.got, second.got.length]).to.deep.equal([[], 1]);
    }
    for (const agentId of agentIds) await keyOf(agentId).update({ encryption_key: bad[0] });
    const { queue } = await startQueue();
    agent(queue, 1, prove);
    expect(await verify(queue)).to.deep.equal({ outcome: 'unavailable', reason: 'no-agent' });
    for (const agentId of agentIds) await keyOf(agentId).update({ encryption_key: JSON.stringify(good!.encryption_key) });
  });

  it('without notices it goes on, a little later', async () => {
    const [asking, serving] = [await startQueue(), await startQueue()];
    agent(serving.queue, 0, prove);
    await Promise.all([asking.listener.close(), serving.listener.close()]);
    expect(await verify(asking.queue)).to.include(yes);
  });

  it('what a process was serving that died, another serves when its lease is over', async () => {
    const [dead, other] = [await startQueue(), await startQueue()];
    const { got } = agent(dead.queue, 0, () => undefined);
    const answer = other.queue.ask(store.scope, directoryId, setEnabled, { timeoutMs: 9000 });
    await eventually(async () => expect(got).to.have.length(1));
    dead.queue.close(); // it renews no lease any more
    agent(other.queue, 1, () => yes);
    expect(await answer).to.deep.equal(yes);
  });

  it('a lease is renewed as long as the agent works, and nobody else is asked', async () => {
    const [asking, serving] = [await startQueue(), await startQueue()];
    let finish: (answer: unknown) => void = () => {};
    const first = agent(serving.queue, 0, () => new Promise((resolve) => (finish = resolve)));
    const answer = asking.queue.ask(store.scope, directoryId, setEnabled);
    await eventually(async () => expect(first.got).to.have.length(1));
    const second = agent(asking.queue, 1, () => yes);
    const leased = (await rows())[0]!.lease_until;
    await eventually(async () => expect((await rows())[0]!.lease_until!.getTime()).to.be.greaterThan(leased!.getTime() + 2500));
    finish(yes);
    expect(await answer).to.deep.equal(yes);
    expect(second.got).to.deep.equal([]);
  });

  it('what nobody waits for is cancelled: the process that asked stopped, or it is too late', async () => {
    const [asking, serving] = [await startQueue(), await startQueue()];
    const { got, cancelled } = agent(serving.queue, 0, () => undefined);
    const answer = asking.queue.ask(store.scope, directoryId, setEnabled);
    await eventually(async () => expect(got).to.have.length(1));
    asking.queue.close();
    expect(await answer).to.deep.equal({ outcome: 'unavailable', reason: 'late' });
    await eventually(async () => expect(cancelled).to.deep.equal(got));
    expect(await asking.queue.ask(store.scope, directoryId, setEnabled)).to.include({ outcome: 'unavailable' });
  });

  it('what was asked by a process that died is served by nobody, and swept', async () => {
    const { queue } = await startQueue();
    const { got } = agent(queue, 0, () => yes);
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
    await rows().insert(
      [1, 120].map((seconds) => ({
        context_id: store.scope.contextId,
        directory_request_id: newId(Date.now()) as DirectoryRequestId,
        directory_id: directoryId,
        kind: 'set-enabled',
        body: JSON.stringify(setEnabled.body),
        created_at: ago(seconds + 10),
        deadline_at: new Date(Date.now() + 60_000),
        wanted_until: ago(seconds),
      })),
    );
    expect(await queue.ask(store.scope, directoryId, setEnabled)).to.deep.equal(yes);
    expect(got).to.have.length(1);
    expect(await sweepDirectoryRequests(store.scope.db)).to.equal(1);
    await rows().delete();
  });

  it('what waits is measured: how many, and since when', async () => {
    const { queue } = await startQueue();
    expect(await measureDirectoryRequests(store.database)).to.deep.equal({ waiting: 0, oldestSeconds: 0 });
    const answers = [1, 2].map(() => queue.ask(store.scope, directoryId, setEnabled));
    await eventually(async () => {
      const { waiting, oldestSeconds } = await measureDirectoryRequests(store.database);
      expect(waiting).to.equal(2);
      expect(oldestSeconds).to.be.greaterThan(0);
    });
    agent(queue, 0, () => yes);
    await Promise.all(answers);
  });

  it('an answer that nobody can read is asked for again, five times at most', async () => {
    const { queue } = await startQueue();
    const bad = [agent(queue, 0, () => ({ outcome: 'odd' })), agent(queue, 1, () => 'text')];
    expect(await queue.ask(store.scope, directoryId, setEnabled)).to.deep.equal({ outcome: 'unavailable', reason: 'late' });
    expect(bad.flatMap(({ got }) => got).length).to.be.within(2, 6);
  });

  type Falls = [what: string, timeoutMs: number, answer: unknown, fall: (agent: ConnectedAgent, queue: DirectoryQueue) => unknown];
  const falls: Falls[] = [
    ['falls silent', 3500, undefined, () => {}],
    ['answers what nobody can read', 800, { outcome: 'odd' }, () => {}],
    ['says yes without a proof', 800, { ...yes, proof: 'none' }, () => {}],
    ['dies with its process', 4500, undefined, (_, queue) => queue.close()],
  ];
  for (const [what, timeoutMs, answer, fall] of falls)
    for (const where of what === 'dies with its process' ? ['elsewhere'] : ['here', 'elsewhere'])
      it(`what is asked once has no second agent when the first one ${what}, ${where}`, async () => {
        const [asking, serving] = [await startQueue(), await startQueue()];
        const first = where === 'here' ? asking.queue : serving.queue;
        const bad = agent(first, 0, () => answer);
        const answered = verify(asking.queue, timeoutMs, true);
        await eventually(async () => expect(bad.got).to.have.length(1));
        const others = [agent(asking.queue, 1, prove), agent(serving.queue, 2, prove)];
        await fall(bad.one, first);
        expect(await answered).to.deep.equal({ outcome: 'unavailable', reason: 'late' });
        expect([...bad.got, ...others.flatMap(({ got }) => got)]).to.have.length(1);
      });

  for (const where of ['here', 'elsewhere'])
    it(`what is asked once is answered by another agent when the connection of the first one ends, ${where}`, async () => {
      const [asking, serving] = [await startQueue(), await startQueue()];
      const first = where === 'here' ? asking.queue : serving.queue;
      const gone = agent(first, 0, () => undefined);
      const answered = verify(asking.queue, 4500, true);
      await eventually(async () => expect(gone.got).to.have.length(1));
      agent(serving.queue, 2, prove);
      await first.disconnect(gone.one);
      expect(await answered).to.include({ outcome: 'accepted' });
    });

  it('an answer is taken from who has the request, once, and from nobody else', async () => {
    const { queue } = await startQueue();
    const { one, got } = agent(queue, 0, () => undefined);
    const other = agent(queue, 1, () => undefined);
    const foreign: ConnectedAgent = { ...one, directoryId: newId(Date.now()) as DirectoryId };
    const answer = queue.ask(store.scope, directoryId, setEnabled);
    await eventually(async () => expect([...got, ...other.got]).to.have.length(1));
    const [holder, idle] = got.length > 0 ? [one, other.one] : [other.one, one];
    const [requestId] = [...got, ...other.got];
    for (const stranger of [idle, foreign]) {
      expect(queue.kindOf(stranger, requestId!)).to.equal(undefined);
      await queue.answer(stranger, requestId!, { outcome: 'refused', reason: 'failed' });
    }
    expect(queue.kindOf(holder, requestId!)).to.equal('set-enabled');
    await queue.answer(holder, requestId!, yes);
    await queue.answer(holder, requestId!, { outcome: 'refused', reason: 'failed' });
    expect(await answer).to.deep.equal(yes);
  });

  it('the request has the id that its asker gave it, and a directory is asked in no transaction', async () => {
    const { queue } = await startQueue();
    const { got } = agent(queue, 0, () => yes);
    const requestId = newId(Date.now()) as DirectoryRequestId;
    await queue.ask(store.scope, directoryId, setEnabled, { requestId });
    expect(got).to.deep.equal([requestId]);
    const failure = await inTransaction(store.scope, (inside) => queue.ask(inside, directoryId, setEnabled)).catch(String);
    expect(failure).to.contain('in no transaction');
  });

  it('a draining process takes nothing more from others', async () => {
    const [asking, draining] = [await startQueue(), await startQueue()];
    const { got } = agent(draining.queue, 0, prove);
    expect(draining.queue.drain()).to.equal(0);
    const answer = verify(asking.queue, 4000);
    const other = agent(asking.queue, 1, prove);
    expect(await answer).to.include(yes);
    expect([got.length, other.got.length]).to.deep.equal([0, 1]);
    expect(await verify(draining.queue), 'what it asks itself is served').to.include(yes);
  });

  it('who was revoked gets no password any more', async () => {
    const { queue, listener } = await startQueue();
    const { got } = agent(queue, 2, prove);
    await revokeAgent(store.scope, agentIds[2]!);
    listener.tell(store.scope.contextId);
    expect(await verify(queue, 300)).to.deep.equal({ outcome: 'unavailable', reason: 'late' });
    expect(got).to.deep.equal([]);
  });
});
