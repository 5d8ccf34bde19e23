import { expect } from 'chai';
import { addDirectory, listAgents, revokeAgent } from '../../../src/domain/people/directories/index.ts';
import type { DirectoryId, Scope } from '../../../src/domain/scope.ts';
import { enrolAt, FakeAgent, type Identity, passwordIs } from '../../support/fake-agent.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../../support/process.ts';
import { freePort, startTestServer, type TestServer } from '../../support/server.ts';

const entry = { id: '6f9619ff-8b86-4011-b42d-00c04fc964ff', dn: 'uid=ana,dc=example' };

describe('web: agents of several server processes', function () {
  this.timeout(60_000);
  let server: TestServer;
  let scope: Scope;
  let directoryId: DirectoryId;
  let identities: Identity[];
  let processes: ServerProcess[];
  const agents: FakeAgent[] = [];

  // this process asks, the others have the agents
  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
    const env = { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl, PORTARIA_RUN_JOBS: 'false' };
    processes = await Promise.all([await freePort(), await freePort()].map((port) => startServerProcess(port, env)));
    const { directory, token } = await addDirectory(scope, { name: 'Head office' });
    directoryId = directory.directoryId;
    identities = [(await enrolAt(server.issuer, token)).identity, (await enrolAt(server.issuer, token)).identity];
    server.app.services.forgetCached(scope.contextId);
  });
  afterEach(() => Promise.all(agents.splice(0).map((agent) => agent.end())));
  after(async () => {
    await Promise.all(processes.map((one) => one.kill('SIGTERM')));
    await server.close();
  });

  const connect = async (n: number, answer = passwordIs('right'), process = n) => {
    const agent = new FakeAgent({ identity: identities[n]!, url: server.issuer, dial: `${processes[process]!.url}/acme`, answer });
    agents.push(agent);
    expect(await agent.met).to.equal('welcome');
    await eventually(async () =>
      expect((await listAgents(scope, directoryId))[n]!.status, 'its status is known').to.include({ isUp: true }),
    );
    return agent;
  };
  const verify = (password: string, timeoutMs?: number) =>
    server.app.services.askDirectory(
      scope,
      directoryId,
      { kind: 'verify-password', body: { entry } },
      { passwords: { password }, ...(timeoutMs ? { timeoutMs } : {}) },
    );
  const outcomes = async (answers: ReturnType<typeof verify>[]) => (await Promise.all(answers)).map(({ outcome }) => outcome);

  it('one asks, the others serve, and a lie is found where it was asked', async () => {
    const [one, other] = [await connect(0), await connect(1)];
    expect(await outcomes(Array.from({ length: 60 }, () => verify('right')))).to.deep.equal(Array(60).fill('accepted'));
    expect(one.requests.length + other.requests.length).to.equal(60);
    expect(await verify('wrong')).to.deep.equal({ outcome: 'refused', reason: 'wrong-password' });
    one.answer = () => ({ outcome: 'accepted', proof: 'a lie' });
    expect(await outcomes(Array.from({ length: 20 }, () => verify('wrong')))).to.deep.equal(Array(20).fill('refused'));
  });

  it('an agent that falls, or says nothing, is stood in for by one at another process', async () => {
    const silent = await connect(0, () => undefined);
    const answer = verify('right');
    await eventually(async () => expect(silent.requests).to.have.length(1));
    await connect(1);
    silent.kill();
    expect(await answer).to.include({ outcome: 'accepted' });
    const again = await connect(0, () => undefined);
    await Promise.all(Array.from({ length: 20 }, () => verify('right').then((one) => expect(one).to.include({ outcome: 'accepted' }))));
    expect(again.socket.readyState).to.equal(again.socket.OPEN);
  });

  it('a revoked agent is disconnected by every process', async () => {
    const { token } = await addDirectory(scope, { name: 'Branch office' });
    const { identity } = await enrolAt(server.issuer, token);
    const two = [0, 1].map((n) => new FakeAgent({ identity, url: server.issuer, dial: `${processes[n]!.url}/acme` }));
    agents.push(...two);
    expect(await Promise.all(two.map(({ met }) => met))).to.deep.equal(['welcome', 'welcome']);
    await revokeAgent(scope, identity.agentId);
    for (const agent of two) expect((await agent.closed).reason).to.equal('revoked');
  });

  it('notices that are lost are made up for', async () => {
    await connect(0);
    await scope.db.raw(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'portaria listener' AND datname = current_database()`,
    );
    expect(await outcomes(Array.from({ length: 5 }, () => verify('right')))).to.deep.equal(Array(5).fill('accepted'));
  });

  it('a process that is killed leaves its requests to the other after its lease, one that stops does so at once', async () => {
    const silent = await connect(0, () => undefined);
    const answer = verify('right', 9000);
    await eventually(async () => expect(silent.requests).to.have.length(1));
    await connect(1);
    await processes[0]!.kill('SIGKILL');
    expect(await answer).to.include({ outcome: 'accepted' });
    const port = await freePort();
    const env = {
      ...onDatabase(server.databaseUrl),
      PORTARIA_BASE_URL: server.baseUrl,
      PORTARIA_RUN_JOBS: 'false',
      PORTARIA_DRAIN_SECONDS: '0',
    };
    processes[0] = await startServerProcess(port, env);
    const agent = await connect(0);
    await agents[1]!.end();
    const many = Array.from({ length: 30 }, () => verify('right'));
    await processes[0].kill('SIGTERM');
    expect((await agent.closed).code).to.equal(1012);
    await connect(1);
    expect(await outcomes(many)).to.deep.equal(Array(30).fill('accepted'));
  });
});
