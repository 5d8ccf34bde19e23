import { expect } from 'chai';
import { addDirectory, getDirectory, revokeAgent, stateOf } from '../../../src/domain/people/directories/index.ts';
import type { AskOptions } from '../../../src/domain/people/directory-requests/index.ts';
import type { DirectoryId, DirectoryRequestId, Scope } from '../../../src/domain/scope.ts';
import { newId } from '../../../src/platform/crypto/index.ts';
import type { EntryRecord, RequestOf } from '../../../src/smartsync-protocol/index.ts';
import { mostOfReading } from '../../../src/web/smartsync/reading-limits.ts';
import { eventsOf } from '../../support/audit.ts';
import { enrolAt, FakeAgent, type Identity, passwordIs } from '../../support/fake-agent.ts';
import { pause } from '../../support/patience.ts';
import { eventually } from '../../support/process.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const entry = { id: '6f9619ff-8b86-4011-b42d-00c04fc964ff', dn: 'uid=ana,dc=example' };
const yes = { outcome: 'accepted' };
const wrong = { outcome: 'refused', reason: 'wrong-password' };
const late = { outcome: 'unavailable', reason: 'late' };
const silent = () => undefined;

describe('web: what agents serve', function () {
  this.timeout(30_000);
  let server: TestServer;
  let scope: Scope;
  let directoryId: DirectoryId;
  let identities: Identity[];
  let stranger: Identity;
  const agents: FakeAgent[] = [];

  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
    const { directory, token } = await addDirectory(scope, { name: 'Head office' });
    directoryId = directory.directoryId;
    const enrol = async (of: string) => (await enrolAt(server.issuer, of)).identity;
    identities = [await enrol(token), await enrol(token), await enrol(token)];
    stranger = await enrol((await addDirectory(scope, { name: 'Branch office' })).token);
  });
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.end()));
    await eventually(async () => expect(await scope.db('directory_requests'), 'a request was left over').to.deep.equal([]));
  });
  after(() => server.close());

  const connect = async (identity: Identity, answer: FakeAgent['answer'] = passwordIs('right')) => {
    const agent = new FakeAgent({ identity, url: server.issuer, answer });
    agents.push(agent);
    expect(await agent.met).to.equal('welcome');
    if (identity !== stranger) await eventually(async () => expect(stateOf(await getDirectory(scope, directoryId))).to.equal('configured'));
    return agent;
  };
  const verify = (password: string, options: AskOptions = {}) =>
    server.app.services.askDirectory(
      scope,
      directoryId,
      { kind: 'verify-password', body: { entry } },
      { passwords: { password }, ...options },
    );
  const hasRequest = (agent: FakeAgent) => eventually(async () => expect(agent.requests).to.have.length(1));

  it('a right password is proven, a wrong one refused, and an empty one is sent to no agent (RFC 4513 §5.1.2)', async () => {
    const agent = await connect(identities[0]!);
    expect(await verify('right')).to.include(yes);
    expect(await verify('wrong')).to.deep.equal(wrong);
    expect(await verify('')).to.deep.equal(wrong);
    const change = { kind: 'change-password', body: { entry } } as const;
    const ask = server.app.services.askDirectory;
    expect(await ask(scope, directoryId, change, { passwords: { oldPassword: '', newPassword: 'new' } })).to.deep.equal(wrong);
    expect(await ask(scope, directoryId, change, { passwords: { oldPassword: 'old', newPassword: '' } })).to.include({
      reason: 'password-too-short',
    });
    expect(agent.requests).to.have.length(2);
  });

  it('the state of a directory is noted soon after its last agent went, not while another is there or when one comes back', async () => {
    const [one, other] = [await connect(identities[0]!), await connect(identities[1]!)];
    // enrolling counts as contact
    await scope.db('directory_agents').where('agent_id', identities[2]!.agentId).update({ last_seen_at: null });
    const state = async () => stateOf(await getDirectory(scope, directoryId));
    await one.end();
    await pause(2000);
    expect(await state()).to.equal('configured');
    await other.end();
    await connect(identities[1]!);
    await pause(2000);
    expect(await state()).to.equal('configured');
    await agents.at(-1)!.end();
    await eventually(async () => expect(await state()).to.equal('unavailable'), 4000);
  });

  it('answers, agents and states are among the figures of health', async () => {
    await connect(identities[0]!);
    await verify('wrong');
    const figures = await server.app.health.metrics();
    expect(figures).to.match(/portaria_directory_answers_total\{kind="verify-password",outcome="wrong-password"\} [1-9]/);
    expect(figures).to.contain('portaria_directory_agents 1').and.contain('portaria_directories{state="configured"} 1');
    expect(figures).to.contain('portaria_directory_requests_waiting 0').and.contain('portaria_directory_requests_oldest_seconds 0');
    expect(figures).to.contain('portaria_directory_reading_overdue_seconds');
  });

  it('where nobody can answer, that is said at once', async () => {
    const { directory } = await addDirectory(scope, { name: 'Nobody' });
    const ask = server.app.services.askDirectory;
    const people = { kind: 'find-people', body: { text: 'a', userFilter: '(a=b)' } } as const;
    expect(await ask(scope, directory.directoryId, people)).to.deep.equal({
      outcome: 'unavailable',
      reason: 'no-agent',
    });
    expect(await ask(await server.scope('other'), directoryId, people), 'of another company').to.include({
      reason: 'no-agent',
    });
  });

  it('two agents share the work', async () => {
    const [one, other] = [await connect(identities[0]!), await connect(identities[1]!)];
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => verify(i % 2 ? 'right' : 'wrong')));
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).to.have.length(30);
    expect(one.requests.length + other.requests.length).to.equal(60);
    expect(one.requests.length).to.be.within(20, 40);
  });

  it('an agent that is killed in the middle leaves its work to the other, which answers at once', async () => {
    const lazy = await connect(identities[0]!, silent);
    const answer = verify('right');
    await hasRequest(lazy);
    const other = await connect(identities[1]!);
    lazy.kill();
    expect(await answer).to.include(yes);
    expect(other.requests).to.deep.equal(lazy.requests);
  });

  it('either of two may be killed under load, and no answer is missing', async () => {
    const two = [await connect(identities[0]!), await connect(identities[1]!)];
    for (const n of [0, 1]) {
      const answers = Array.from({ length: 50 }, () => verify('right'));
      await eventually(async () => expect(two[n]!.requests.length).to.be.greaterThan(0));
      two[n]!.kill();
      expect((await Promise.all(answers)).map(({ outcome }) => outcome)).to.deep.equal(Array(50).fill('accepted'));
      two[n] = await connect(identities[n]!);
    }
  });

  it('one that is connected and says nothing is given up after two seconds', async () => {
    const holed = await connect(identities[0]!, silent);
    const answer = verify('right');
    await hasRequest(holed);
    await connect(identities[1]!);
    expect(await answer).to.include(yes);
    await holed.until(({ type }) => type === 'cancel');
    holed.say({ type: 'answer', requestId: holed.requests[0]!, answer: wrong });
    expect(await verify('right')).to.include(yes);
  });

  it('what is not wanted any more is taken from the agent, and leaves nothing', async () => {
    const agent = await connect(identities[0]!, silent);
    const unwanted = new AbortController();
    const body = { userFilter: '(a=b)', groupFilter: '(a=b)', userAttributes: [], groupAttributes: [] };
    const request = { kind: 'read' as const, body };
    const answer = server.app.services.askDirectory(scope, directoryId, request, { signal: unwanted.signal });
    await hasRequest(agent);
    unwanted.abort();
    expect(await answer).to.deep.equal(late);
    await agent.until(({ type }) => type === 'cancel');
    expect(await server.app.services.askDirectory(scope, directoryId, request, { signal: unwanted.signal })).to.deep.equal(late);
  });

  it('without an answer in time nobody is to blame, and what comes later is passed over', async () => {
    const agent = await connect(identities[0]!, silent);
    expect(await verify('right', { timeoutMs: 200 })).to.deep.equal(late);
    await agent.until(({ type }) => type === 'cancel');
    agent.say({ type: 'answer', requestId: agent.requests[0]!, answer: wrong });
    agent.answer = passwordIs('right');
    expect(await verify('right')).to.include(yes);
  });

  it('a yes without a proof, or with that of another request, is worth nothing: another agent is asked', async () => {
    let stolen: unknown;
    const liar = await connect(identities[0]!, () => stolen ?? { outcome: 'accepted', proof: 'AAAA' });
    expect(await verify('wrong', { timeoutMs: 500 })).to.deep.equal(late);
    const honest = await connect(identities[1]!);
    liar.answer = passwordIs('right');
    honest.answer = async (...given) => {
      stolen = await passwordIs('right')(...given);
      return stolen;
    };
    for (let n = 0; n < 4 && !stolen; n++) await verify('right');
    expect(stolen).to.include(yes);
    liar.answer = () => stolen;
    expect(await Promise.all(Array.from({ length: 10 }, () => verify('wrong')))).to.deep.equal(Array(10).fill(wrong));
    expect(liar.requests.length).to.be.greaterThan(1);
  });

  it('what is no answer is worth nothing either, nor one that was given before', async () => {
    const odd = await connect(identities[0]!, () => ({ outcome: 'perhaps' }));
    await connect(identities[1]!);
    expect(
      await Promise.all(Array.from({ length: 6 }, () => verify('right'))).then((all) => all.map(({ outcome }) => outcome)),
    ).to.deep.equal(Array(6).fill('accepted'));
    odd.answer = async (request, requestId, agent) => {
      const answer = await passwordIs('right')(request, requestId, agent);
      for (let n = 0; n < 3; n++) agent.say({ type: 'answer', requestId, answer });
      return { outcome: 'refused', reason: 'wrong-password' };
    };
    expect(
      await Promise.all(Array.from({ length: 6 }, () => verify('right'))).then((all) => all.map(({ outcome }) => outcome)),
    ).to.deep.equal(Array(6).fill('accepted'));
  });

  it('an agent of another directory answers nothing, whatever ids it knows', async () => {
    const holder = await connect(identities[0]!, silent);
    const other = await connect(stranger);
    const twin = await connect(identities[1]!, silent);
    const answer = verify('right', { timeoutMs: 1000 });
    await eventually(async () => expect([...holder.requests, ...twin.requests]).to.have.length(1));
    const [requestId] = [...holder.requests, ...twin.requests];
    const free = holder.requests.length > 0 ? twin : holder;
    for (const agent of [other, free]) {
      agent.say({ type: 'answer', requestId: requestId!, answer: wrong });
      agent.say({ type: 'batch', requestId: requestId!, sequence: 0, entries: [] });
    }
    expect(await answer).to.deep.equal(late);
    expect(other.requests).to.deep.equal([]);
  });

  it('a password is sealed to agents that may speak, in the queue too', async () => {
    const agent = await connect(identities[0]!, silent);
    await revokeAgent(scope, identities[2]!.agentId);
    server.app.services.forgetCached(scope.contextId);
    const answer = verify('a secret word', { timeoutMs: 700 });
    await hasRequest(agent);
    const queued = () => scope.db('directory_requests').select<{ body: RequestOf<'verify-password'> }[]>('body');
    await eventually(async () => expect(await queued()).to.have.length(1));
    const rows = await queued();
    expect(JSON.stringify(rows)).not.to.contain('a secret word');
    const kids = rows[0]!.body.sealed.recipients.map(({ header }) => header?.kid);
    expect(kids).to.have.members([identities[0]!.agentId, identities[1]!.agentId]);
    await answer;
  });

  it('a new password is offered once: an agent that fell may have set it', async () => {
    const agent = await connect(identities[0]!, silent);
    const ask = server.app.services.askDirectory;
    const passwords = { oldPassword: 'old', newPassword: 'new' };
    const answer = ask(scope, directoryId, { kind: 'change-password', body: { entry } }, { passwords });
    await hasRequest(agent);
    const other = await connect(identities[1]!);
    agent.kill();
    expect(await answer).to.include({ outcome: 'refused', reason: 'failed' });
    expect(other.requests).to.deep.equal([]);
  });

  it('an agent whose directory is away gets no work while another is up', async () => {
    const [away, up] = [await connect(identities[0]!), await connect(identities[1]!)];
    away.say({ type: 'status', status: { isUp: false, servers: [{ url: 'ldap://a', isUp: false, fault: 'refused' }] } });
    await eventually(async () => {
      const row = await scope.db('directory_agents').where('agent_id', away.identity.agentId).first('status');
      expect(row!.status).to.include({ isUp: false });
    });
    for (let n = 0; n < 4; n++) expect(await verify('right')).to.include(yes);
    expect([away.requests.length, up.requests.length]).to.deep.equal([0, 4]);
    expect(stateOf(await getDirectory(scope, directoryId))).to.equal('configured');
  });

  it('what all agents say is the state of the directory; then nobody waits for it, and its agents are asked nothing', async () => {
    const agent = await connect(identities[0]!);
    // those of the tests before count as connected for a moment
    await scope
      .db('directory_agents')
      .whereNot('agent_id', identities[0]!.agentId)
      .update({ last_seen_at: new Date(0) });
    agent.say({ type: 'status', status: { isUp: false, servers: [{ url: 'ldap://a', isUp: false, fault: 'tls-untrusted' }] } });
    await eventually(async () => {
      const directory = await getDirectory(scope, directoryId);
      expect([stateOf(directory), directory.unavailableReason]).to.deep.equal(['unavailable', 'tls-untrusted']);
    });
    expect(await verify('right')).to.deep.equal({ outcome: 'unavailable', reason: 'directory-away' });
    expect(agent.requests).to.deep.equal([]);
    const events = (await eventsOf(scope)).filter(({ type }) => /^directory\.(un)?available$/.test(type));
    expect(events.length).to.be.greaterThan(1);
    // in one name, whichever connection or look around it was
    for (const { actor } of events) expect(actor).to.deep.equal({ kind: 'system', name: 'smartsync' });
  });

  describe('batches', () => {
    const read = { userFilter: '(a=b)', groupFilter: '(a=b)', userAttributes: [], groupAttributes: [] };
    const person = (id: string): EntryRecord => ({
      type: 'person',
      id,
      dn: `uid=${id},dc=example`,
      attributes: { cn: ['X'] },
      isEnabled: true,
    });
    const ids = Array.from({ length: 6 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);
    const done = { outcome: 'accepted', isWhole: true, way: 'full', people: 6, groups: 0 };
    let requestId: DirectoryRequestId;

    const ask = async () => {
      requestId = newId(Date.now()) as DirectoryRequestId;
      await scope.db('directory_runs').delete();
      await scope.db('directory_runs').insert({
        context_id: scope.contextId,
        run_id: newId(Date.now()) as never,
        directory_id: directoryId,
        purpose: 'preview',
        state: 'reading',
        actor: '{}',
        directory_request_id: requestId,
        counts: '{}',
        started_at: new Date(),
      });
      return server.app.services.askDirectory(scope, directoryId, { kind: 'read', body: read }, { requestId, timeoutMs: 20_000 });
    };
    const staged = () => scope.db('directory_staged').orderBy('entry_id').pluck('entry_id');

    it('are taken in order and once, and all of them before the answer', async () => {
      const agent = await connect(identities[0]!, async (_, id, own) => {
        for (const [n, entryId] of ids.entries()) {
          if (n >= 2) await own.until((message) => message.type === 'taken' && message.sequence === n - 2);
          own.say({ type: 'batch', requestId: id, sequence: n, entries: [person(entryId)] });
          if (n === 3) own.say({ type: 'batch', requestId: id, sequence: 1, entries: [person(ids[0]!.replace(/0$/, '9'))] });
        }
        return done;
      });
      expect(await ask()).to.deep.equal(done);
      expect(await staged()).to.deep.equal(ids);
      await agent.until((message) => message.type === 'taken' && message.sequence === 5);
      const taken = agent.heard.filter((message) => message.type === 'taken');
      expect(taken.map(({ sequence }) => sequence)).to.deep.equal([0, 1, 2, 3, 4, 5]);
    });

    it('begin again at another agent where the first falls', async () => {
      const first = await connect(identities[0]!, async (_, id, own) => {
        await own.sendBatches(id, [[person(ids[0]!)]]);
        own.kill();
      });
      const answer = ask();
      await first.closed;
      await connect(identities[1]!, async (_, id, own) => {
        await own.sendBatches(
          id,
          ids.map((entryId) => [person(entryId)]),
        );
        return done;
      });
      expect(await answer).to.deep.equal(done);
      expect(await staged()).to.deep.equal(ids);
    });

    it('that are more than a reading may have end it', async () => {
      const before = { ...mostOfReading };
      const endings: Partial<typeof mostOfReading>[] = [{ entries: 3 }, { bytes: 1000 }];
      const agent = await connect(identities[0]!, (_, id, own) =>
        own
          .sendBatches(
            id,
            ids.map((entryId) => [person(entryId)]),
          )
          .catch(silent),
      );
      try {
        for (const ending of endings) {
          Object.assign(mostOfReading, before, ending);
          expect(await ask()).to.include({ outcome: 'refused', reason: 'too-much' });
          expect((await staged()).length).to.be.within(1, 3);
        }
      } finally {
        Object.assign(mostOfReading, before);
      }
      expect(agent.socket.readyState).to.equal(agent.socket.OPEN);
    });

    it('that are more than a reading may have end it, also by several agents and over several connections', async () => {
      const before = { ...mostOfReading };
      let given = 0;
      const answer: FakeAgent['answer'] = async (_, id, own) => {
        const mine = ids.slice(2 * given++).slice(0, 2);
        // the last one is not taken
        await own
          .sendBatches(
            id,
            mine.map((entryId) => [person(entryId)]),
          )
          .catch(silent);
        own.kill();
      };
      for (const identity of identities.slice(0, 2)) await connect(identity, answer);
      try {
        mostOfReading.entries = 3;
        expect(await ask()).to.include({ outcome: 'refused', reason: 'too-much' });
        expect(given).to.equal(2);
      } finally {
        Object.assign(mostOfReading, before);
      }
    });

    it('said again and again end the connection', async () => {
      const large = Array.from({ length: 500 }, (_, n) => person(ids[n % 6]!));
      const parrot = await connect(identities[0]!, async (_, id, own) => {
        const batch = { type: 'batch', requestId: id, sequence: 0, entries: large };
        for (let n = 0; n < 1000 && own.socket.readyState === own.socket.OPEN; n++) {
          own.say(batch);
          await new Promise(setImmediate);
        }
      });
      const answer = ask();
      const { code, reason } = await parrot.closed;
      expect([1006, 1008]).to.include(code);
      expect(['', 'too many messages']).to.include(reason);
      await connect(identities[1]!, () => done);
      expect(await answer).to.deep.equal(done);
    });

    it('that miss one, or are too many at once, end the connection; one that cannot be read ends the reading, and says why', async () => {
      const gap = await connect(identities[0]!, (_, id, own) => own.say({ type: 'batch', requestId: id, sequence: 1, entries: [] }));
      const answer = ask();
      expect(await gap.closed).to.deep.equal({ code: 1008, reason: 'a batch is missing' });
      const flood = await connect(identities[1]!, (_, id, own) => {
        for (let n = 0; n < 9; n++) own.say({ type: 'batch', requestId: id, sequence: n, entries: [] });
      });
      expect(await flood.closed).to.deep.equal({ code: 1008, reason: 'too many batches at once' });
      await connect(identities[0]!, (_, id, own) => own.say({ type: 'batch', requestId: id, sequence: 0, entries: [{ type: 'person' }] }));
      expect(await answer).to.include({ outcome: 'refused', reason: 'failed' });
    });
  });
});
