import { cpSync } from 'node:fs';
import { expect } from 'chai';
import {
  addDirectory,
  getDirectory,
  listAgents,
  makeToken,
  removeDirectory,
  revokeAgent,
  stateOf,
} from '../../src/domain/people/directories/index.ts';
import type { DirectoryId, Scope } from '../../src/domain/scope.ts';
import type { Agent } from '../../src/smartsync/index.ts';
import { proveAnswer } from '../../src/smartsync-protocol/index.ts';
import { eventually } from '../support/process.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { agentFolder, startAgent } from '../support/smartsync-agent.ts';

const entry = { id: '6f1c2a3e-0000-4000-8000-000000000001', dn: 'uid=ana,dc=example' };

/** Both sides of the wire as they are. */
describe('SmartSync and Portaria', function () {
  this.timeout(60_000);
  let server: TestServer;
  let scope: Scope;
  let directoryId: DirectoryId;
  let token: string;
  let folder: ReturnType<typeof agentFolder>;
  const running: Agent[] = [];
  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
  });
  after(() => server.close());
  beforeEach(async function () {
    folder = agentFolder();
    const added = await addDirectory(scope, { name: this.currentTest!.title.slice(0, 40) });
    directoryId = added.directory.directoryId;
    token = added.token;
  });
  afterEach(async () => {
    for (const agent of running.splice(0)) await agent.close(0);
    folder.remove();
  });

  const start = (path = folder.path, env: Record<string, string> = {}) => {
    const started = startAgent(path, { SMARTSYNC_SERVER: server.issuer, SMARTSYNC_TOKEN: token, SMARTSYNC_NAME: 'dc-side', ...env });
    running.push(started.agent);
    return started;
  };
  const isState = (agent: Agent, kind: string, fault?: string) =>
    eventually(async () => expect(agent.link.state()).to.include({ kind, fault }), 20_000);

  it('S12: enrols with the token, says what it is and how the directory is, and serves a sealed password with a proof', async () => {
    const { agent, directory } = start();
    await isState(agent, 'connected');
    await eventually(async () => expect(stateOf(await getDirectory(scope, directoryId))).to.equal('configured'));
    const [listed] = await listAgents(scope, directoryId);
    expect(listed).to.include({ name: 'dc-side' });
    expect(listed!.software).to.match(/^SmartSync \d/);
    directory.answer = async (request, work) => {
      if (request.kind !== 'verify-password') return { outcome: 'refused', reason: 'unsupported' };
      const { key, password } = await work.openSealed(request.body.sealed, `verify-password ${entry.id}`);
      if (password !== 'right') return { outcome: 'refused', reason: 'wrong-password' };
      return { outcome: 'accepted', proof: proveAnswer(key, work.requestId, 'accepted') };
    };
    const verify = (password: string) =>
      server.app.services.askDirectory(scope, directoryId, { kind: 'verify-password', body: { entry } }, { passwords: { password } });
    expect(await verify('right')).to.include({ outcome: 'accepted' });
    expect(await verify('wrong')).to.include({ outcome: 'refused', reason: 'wrong-password' });
    expect(listed!.status).to.deep.equal(directory.now);
  });

  it('who is revoked stops, and begins again with another token', async () => {
    const { agent } = start(folder.path, { SMARTSYNC_TOKEN: '' });
    agent.store.change({ token });
    await agent.link.restart();
    await isState(agent, 'connected');
    const [listed] = await listAgents(scope, directoryId);
    await revokeAgent(scope, listed!.agentId);
    await isState(agent, 'stopped', 'revoked');
    agent.store.change({ token: await makeToken(scope, directoryId) });
    await agent.link.restart();
    await isState(agent, 'connected');
    expect(agent.store.current.token).to.equal(undefined);
  });

  it('a token that was replaced, and a company that is none, have names', async () => {
    await makeToken(scope, directoryId);
    await isState(start().agent, 'stopped', 'token-refused');
    await isState(start(folder.path, { SMARTSYNC_SERVER: `${server.baseUrl}/nobody` }).agent, 'waiting', 'not-portaria');
  });

  it('a directory that was removed has no agents', async () => {
    const { agent } = start();
    await isState(agent, 'connected');
    await removeDirectory(scope, directoryId);
    await agent.link.restart();
    await isState(agent, 'waiting', 'unknown-agent');
  });

  it('of a copied identity only one stays connected', async () => {
    const { agent } = start();
    await isState(agent, 'connected');
    const copy = agentFolder();
    try {
      cpSync(folder.path, copy.path, { recursive: true });
      const { agent: other } = start(copy.path);
      await isState(other, 'connected');
      await isState(agent, 'waiting', 'replaced');
    } finally {
      await running.pop()!.close(0);
      copy.remove();
    }
  });
});
