import { expect } from 'chai';
import { addDirectory, getDirectory, listAgents, stateOf } from '../../../src/domain/people/directories/index.ts';
import type { DirectoryId, Scope } from '../../../src/domain/scope.ts';
import { enrolAt, FakeAgent, type Identity, passwordIs } from '../../support/fake-agent.ts';
import { eventually } from '../../support/process.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const entry = { id: '6f9619ff-8b86-4011-b42d-00c04fc964ff', dn: 'uid=ana,dc=example' };

describe('web: what agents serve', function () {
  this.timeout(30_000);
  let server: TestServer;
  let scope: Scope;
  let directoryId: DirectoryId;
  let token: string;
  let identities: Identity[];
  const agents: FakeAgent[] = [];

  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
    const added = await addDirectory(scope, { name: 'Head office' });
    directoryId = added.directory.directoryId;
    token = added.token;
    identities = [(await enrolAt(server.issuer, token)).identity, (await enrolAt(server.issuer, token)).identity];
  });
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.end()));
  });
  after(() => server.close());

  const connect = async (n: number, more: Partial<ConstructorParameters<typeof FakeAgent>[0]> = {}) => {
    const agent = new FakeAgent({ identity: identities[n]!, url: server.issuer, answer: passwordIs('right'), ...more });
    agents.push(agent);
    expect(await agent.met).to.equal('welcome');
    await eventually(async () => expect(stateOf(await getDirectory(scope, directoryId))).to.equal('configured'));
    return agent;
  };
  const verify = (password: string, options = {}) =>
    server.app.services.askDirectory(
      scope,
      directoryId,
      { kind: 'verify-password', body: { entry } },
      { passwords: { password }, ...options },
    );

  it('a right password is proven, a wrong one refused, and an empty one goes to no agent', async () => {
    const agent = await connect(0);
    expect(await verify('right')).to.include({ outcome: 'accepted' });
    expect(await verify('wrong')).to.deep.equal({ outcome: 'refused', reason: 'wrong-password' });
    expect(await verify('')).to.deep.equal({ outcome: 'refused', reason: 'wrong-password' });
    expect(agent.requests).to.have.length(2);
    expect(await listAgents(scope, directoryId)).to.have.length(2);
  });
});
