import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { generateKeyPair } from 'jose';
import { readIdentity } from '../../src/smartsync/identity/identity.ts';
import type { Agent } from '../../src/smartsync/index.ts';
import { proxyFor, Way } from '../../src/smartsync/link/proxy.ts';
import { Session } from '../../src/smartsync/link/session.ts';
import { type Sealed, seal } from '../../src/smartsync-protocol/index.ts';
import { startProxy } from '../support/http-proxy.ts';
import { eventually } from '../support/process.ts';
import { agentFolder, startAgent } from '../support/smartsync-agent.ts';
import { type SmartSyncServer, startSmartSyncServer } from '../support/smartsync-server.ts';

const isState = (agent: Agent, kind: string) =>
  eventually(async () => expect(agent.link.state().kind, JSON.stringify(agent.link.state())).to.equal(kind));

describe('SmartSync and its server', () => {
  let server: SmartSyncServer;
  let folder: ReturnType<typeof agentFolder>;
  const running: Agent[] = [];
  const start = (env: Record<string, string> = {}) => {
    const started = startAgent(folder.path, { SMARTSYNC_SERVER: server.address, SMARTSYNC_TOKEN: 'token-1', ...env });
    running.push(started.agent);
    return started;
  };
  beforeEach(async () => {
    server = await startSmartSyncServer();
    folder = agentFolder();
  });
  afterEach(async () => {
    for (const agent of running.splice(0)) await agent.close(0);
    await server.close();
    folder.remove();
  });

  describe('identity', () => {
    it('is bought with the token once: afterwards the agent proves its keys, which nobody can read in its folder', async () => {
      const first = start();
      const { agentId } = await server.connected();
      await first.agent.close(0);
      expect(server.enrolments).to.have.length(1);
      expect(server.enrolments[0]).to.include({ token: 'token-1' }).and.have.nested.property('signingKey.crv', 'Ed25519');
      for (const name of readdirSync(folder.path)) expect(readFileSync(join(folder.path, name), 'utf8'), name).not.to.match(/"d"|token-1/);
      start({ SMARTSYNC_TOKEN: '' });
      expect((await server.connected()).agentId).to.equal(agentId);
      expect(server.enrolments).to.have.length(1);
    });

    it('another token buys another identity; the same one does not', async () => {
      const { agent } = start();
      const before = await server.connected();
      await agent.close(0);
      await start().agent.close(0);
      server.tokens.add('token-2');
      start({ SMARTSYNC_TOKEN: 'token-2' });
      await eventually(async () => expect((await server.connected()).agentId).not.to.equal(before.agentId));
      expect(server.enrolments.map(({ token }) => token)).to.deep.equal(['token-1', 'token-2']);
      expect(server.enrolments[0]!.signingKey.x).not.to.equal(server.enrolments[1]!.signingKey.x);
    });

    for (const [token, fault] of [
      ['stolen', 'token-refused'],
      ['token-old', 'token-expired'],
    ] as const)
      it(`a token that the server does not take (${fault}) is said, and not tried in a loop; the identity that there is goes on`, async () => {
        const fresh = start({ SMARTSYNC_TOKEN: token });
        await isState(fresh.agent, 'stopped');
        expect(fresh.agent.link.state().fault).to.equal(fault);
        await fresh.agent.close(0);
        await start().agent.link.settled(5000);
        const { agentId } = await server.connected();
        await running.pop()!.close(0);
        const again = start({ SMARTSYNC_TOKEN: token });
        await isState(again.agent, 'connected');
        expect(server.connections.at(-1)!.agentId).to.equal(agentId);
        expect(again.agent.link.state().tokenFault).to.equal(fault);
      });

    it('a token of smartsync.json is forgotten when it has been used', async () => {
      const { agent } = start({ SMARTSYNC_TOKEN: '' });
      await isState(agent, 'unset');
      agent.store.change({ token: 'token-1' });
      await agent.link.restart();
      await isState(agent, 'connected');
      expect(agent.store.current.token).to.equal(undefined);
      expect(readFileSync(join(folder.path, 'smartsync.json'), 'utf8')).not.to.contain('token');
    });
  });

  describe('connection', () => {
    it('is made again fast when it was lost, and when the server comes back', async () => {
      const { agent } = start();
      await server.connected();
      server.cut();
      await eventually(async () => expect(server.connections).to.have.length(2));
      const { address } = server;
      await server.close();
      await isState(agent, 'waiting');
      const known = [...server.agents];
      server = await startSmartSyncServer(Number(new URL(address).port));
      for (const [id, one] of known) server.agents.set(id, one);
      await isState(agent, 'connected');
      expect(agent.log.lines().join('\n')).to.contain('Not connected to').and.not.to.contain('token-1');
    });

    it('of a revoked agent is not tried again; others that are refused are told why', async () => {
      const { agent } = start();
      await server.connected();
      for (const [reason, kind] of [
        ['wrong-proof', 'waiting'],
        ['incompatible', 'waiting'],
        ['unknown-agent', 'waiting'],
        ['revoked', 'stopped'],
      ] as const) {
        server.refusal = reason;
        await agent.link.restart();
        await isState(agent, kind);
        expect(agent.link.state().fault).to.equal(reason);
      }
      const lines = agent.log.lines().length;
      server.refusal = undefined;
      expect([agent.link.state().kind, agent.log.lines().length]).to.deep.equal(['stopped', lines]);
      await agent.link.restart();
      await isState(agent, 'connected');
    });

    it('is not made with a server of another major version', async () => {
      server.protocol = { major: 2, minor: 0 };
      const { agent } = start();
      await isState(agent, 'waiting');
      expect(agent.link.state()).to.include({ fault: 'incompatible' });
      expect(server.connections).to.deep.equal([]);
      server.protocol = { major: 1, minor: 1 };
      await agent.link.restart();
      await isState(agent, 'connected');
    });

    it('of a second agent with the same identity does not take turns with the first', async () => {
      const { agent } = start();
      (await server.connected()).socket.close(4000, 'connected again');
      await isState(agent, 'waiting');
      expect(agent.link.state().fault).to.equal('replaced');
      expect(server.connections).to.have.length(1);
    });

    it('what is wrong on the way has a name', async () => {
      const ports = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
      await new Promise((resolve) => ports.once('listening', resolve));
      const other = `http://127.0.0.1:${(ports.address() as AddressInfo).port}/acme`;
      const cases = { 'not-portaria': other, refused: 'http://127.0.0.1:1/acme', 'name-not-found': 'https://nowhere.invalid/acme' };
      try {
        for (const [fault, address] of Object.entries(cases)) {
          const { agent } = start({ SMARTSYNC_SERVER: address });
          await isState(agent, 'waiting');
          expect(agent.link.state().fault).to.equal(fault);
        }
      } finally {
        ports.close();
      }
    });

    it('goes through an HTTP proxy, which learns the name of the server only, and is told apart from the server', async () => {
      const proxy = await startProxy();
      try {
        const { agent } = start({ SMARTSYNC_PROXY: `http://user:secret@${proxy.address}` });
        await isState(agent, 'connected');
        expect(new Set(proxy.asked)).to.deep.equal(new Set([new URL(server.address).host]));
        expect(agent.link.state().proxy).to.equal(proxy.address);
        for (const status of [403, 407, 502]) {
          proxy.refusal = status;
          await agent.link.restart();
          await isState(agent, 'waiting');
          expect(agent.link.state()).to.include({ fault: 'proxy', detail: `HTTP ${status}` });
        }
        expect(agent.log.lines().join('\n')).not.to.contain('secret');
        await agent.close(0);
      } finally {
        await proxy.close();
      }
      const { agent } = start({ SMARTSYNC_PROXY: 'http://127.0.0.1:1' });
      await isState(agent, 'waiting');
      expect(agent.link.state()).to.include({ fault: 'proxy' });
    });

    it('takes the proxy that programs share, but for the hosts that need none', () => {
      const shared = { proxy: undefined, httpsProxy: 'http://proxy:3128', noProxy: '.intern, id.example.com:8443,10.0.0.5' };
      const throughProxy = ['https://id.example.com/acme', 'https://intern.example.com/acme', 'https://10.0.0.6/acme'];
      const directly = [
        'https://id.intern/acme',
        'https://id.example.com:8443/acme',
        'https://10.0.0.5/acme',
        'http://127.0.0.1:3000/acme',
      ];
      for (const address of throughProxy) expect(proxyFor(address, shared), address).to.equal('http://proxy:3128');
      for (const address of directly) expect(proxyFor(address, shared), address).to.equal(undefined);
      expect(proxyFor('https://id.example.com/acme', { ...shared, noProxy: '*' })).to.equal(undefined);
      expect(proxyFor('https://id.intern/acme', { ...shared, proxy: 'http://own:3128' })).to.equal('http://own:3128');
    });

    it('that nothing is heard over any more is given up', async () => {
      const { agent } = start();
      await server.connected();
      const identity = readIdentity(agent.store.folder, agent.store.secrets)!;
      const { address } = server;
      const session = new Session({
        server: address,
        way: new Way(undefined),
        identity,
        log: agent.log,
        directory: () => undefined,
        status: () => agent.status(),
        onWelcome: () => {},
        liveness: { pingEveryMs: 30, deadAfterMs: 200 },
      });
      const end = session.end.then(
        () => 'resolved',
        ({ fault }) => fault,
      );
      await eventually(async () => expect(server.connections).to.have.length(2));
      // the server's machine has gone: no packet comes, and nobody says so
      server.connections[1]!.socket.pause();
      expect(await end).to.equal('no-answer');
      expect(agent.link.state().kind).to.equal('connected');
    });

    it('tells the status of the directory at once, and when it changes', async () => {
      const { directory } = start();
      const { messages } = await server.connected();
      const statuses = () => messages.flatMap((one) => (one.type === 'status' ? [one.status.isUp] : []));
      await eventually(async () => expect(statuses()).to.deep.equal([true]));
      directory.become({ isUp: false, servers: [] });
      await eventually(async () => expect(statuses()).to.deep.equal([true, false]));
    });
  });

  describe('requests', () => {
    const entry = { id: '6f1c2a3e-0000-4000-8000-000000000001', dn: 'uid=a,dc=example' };
    const setEnabled = { entry, isEnabled: true };
    const read = { userFilter: '(uid=*)', groupFilter: '(cn=*)', userAttributes: [], groupAttributes: [] };

    it('are served many at once, each with its own answer', async () => {
      const { directory } = start();
      const connected = await server.connected();
      const open: (() => void)[] = [];
      directory.answer = ({ kind }) =>
        kind === 'find-people'
          ? Promise.resolve({ outcome: 'accepted', people: [] })
          : new Promise((resolve) => void open.push(() => resolve({ outcome: 'refused', reason: 'no-right' })));
      const slow = Array.from({ length: 40 }, () => connected.ask('set-enabled', setEnabled));
      expect(await connected.ask('find-people', { text: 'a', userFilter: '(uid=*)' })).to.deep.equal({ outcome: 'accepted', people: [] });
      await eventually(async () => expect(open).to.have.length(40));
      for (const go of open) go();
      expect((await Promise.all(slow)).every(({ reason }) => reason === 'no-right')).to.equal(true);
    });

    it('a fault inside, an answer that is none, and a deadline that passes are refusals', async () => {
      const { directory } = start();
      const connected = await server.connected();
      directory.answer = async () => {
        throw new Error('broken');
      };
      expect(await connected.ask('set-enabled', setEnabled)).to.include({ outcome: 'refused', reason: 'failed', detail: 'broken' });
      directory.answer = (() => {
        throw new Error('at once');
      }) as never;
      expect(await connected.ask('set-enabled', setEnabled)).to.include({ reason: 'failed', detail: 'at once' });
      directory.answer = async () => ({ outcome: 'perhaps' });
      expect(await connected.ask('set-enabled', setEnabled)).to.include({ outcome: 'refused', reason: 'failed' });
      directory.answer = () => new Promise(() => {});
      expect(await connected.ask('set-enabled', setEnabled, 20)).to.include({ outcome: 'refused', reason: 'unavailable' });
    });

    it('a message that cannot be read stops nothing; a request among them is refused', async () => {
      start();
      const connected = await server.connected();
      connected.socket.send('{');
      for (const message of [null, [], 7, { type: 'unheard-of' }, { type: 'taken' }, { type: 'cancel', requestId: entry.id }])
        connected.send(message as object);
      expect(await connected.ask('make-coffee', {})).to.include({ outcome: 'refused', reason: 'unsupported' });
      expect(await connected.ask('set-enabled', { entry: 7 })).to.include({ outcome: 'refused', reason: 'unsupported' });
      expect(await connected.ask('set-enabled', setEnabled)).to.deep.equal({ outcome: 'accepted' });
    });

    it('one that is cancelled, or whose connection ends, is ended in the directory and not answered', async () => {
      const { directory } = start();
      const connected = await server.connected();
      const ended: string[] = [];
      directory.answer = (_, { requestId, signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            ended.push(requestId);
            resolve({ outcome: 'accepted' });
          }),
        );
      const ids = ['6f1c2a3e-0000-4000-8000-00000000000a', '6f1c2a3e-0000-4000-8000-00000000000b'];
      for (const requestId of ids)
        connected.send({ type: 'request', requestId, deadlineMs: 60_000, request: { kind: 'set-enabled', body: setEnabled } });
      connected.send({ type: 'cancel', requestId: ids[0] });
      await eventually(async () => expect(ended).to.deep.equal([ids[0]]));
      server.cut();
      await eventually(async () => expect(ended).to.deep.equal(ids));
      expect(connected.messages.filter(({ type }) => type === 'answer')).to.deep.equal([]);
    });

    it('batches come in order, at most two on their way, and the answer after the last was taken', async () => {
      const { directory } = start();
      const connected = await server.connected();
      const people = Array.from({ length: 1200 }, (_, n) => ({
        type: 'person' as const,
        id: `6f1c2a3e-0000-4000-8000-${String(n).padStart(12, '0')}`,
        dn: `uid=${n}`,
        attributes: { description: ['x'.repeat(2000)] },
        isEnabled: true,
      }));
      const members = {
        type: 'members' as const,
        id: entry.id,
        members: Array.from({ length: 2000 }, (_, n) => ({ dn: `uid=${n},${'o=x,'.repeat(500)}` })),
        isFirst: true,
      };
      directory.answer = async (_, work) => {
        await work.send(people);
        await work.send([members]);
        return { outcome: 'accepted', isWhole: true, way: 'full', people: people.length, groups: 0 };
      };
      const answered = connected.ask('read', read);
      const batches = () => connected.messages.flatMap((one) => (one.type === 'batch' ? [one] : []));
      for (let taken = 0; ; taken++) {
        const isDone = () => connected.messages.some(({ type }) => type === 'answer');
        await eventually(async () => expect(isDone() || batches().length > taken).to.equal(true));
        expect(batches().length - taken).to.be.at.most(2);
        if (isDone()) break;
        const { requestId, sequence } = batches()[taken]!;
        expect(sequence).to.equal(taken);
        connected.send({ type: 'taken', requestId, sequence });
      }
      expect(await answered).to.include({ outcome: 'accepted', people: 1200 });
      const entries = batches().flatMap(({ entries }) => entries);
      expect(entries.filter(({ type }) => type === 'person').map(({ type, ...one }) => ('dn' in one ? one.dn : ''))).to.deep.equal(
        people.map(({ dn }) => dn),
      );
      const parts = entries.flatMap((one) => (one.type === 'members' ? [one] : []));
      expect(parts.length).to.be.greaterThan(1);
      expect(parts.map(({ isFirst }) => isFirst)).to.deep.equal(parts.map((_, n) => n === 0));
      expect(parts.flatMap(({ members }) => members)).to.deep.equal(members.members);
    });

    it('opens what was sealed for this agent and this purpose, and nothing else', async () => {
      const { directory } = start();
      const connected = await server.connected();
      const opened: unknown[] = [];
      directory.answer = async (request, work) => {
        const { sealed } = request.body as { sealed: Sealed };
        opened.push(await work.openSealed(sealed, `verify-password ${entry.id}`));
        return { outcome: 'refused', reason: 'wrong-password' };
      };
      const { encryptionKey } = server.agents.get(connected.agentId)!;
      const own = await seal({ password: 'p4ss' }, `verify-password ${entry.id}`, [{ agentId: connected.agentId, encryptionKey }]);
      expect(await connected.ask('verify-password', { entry, sealed: own.sealed })).to.include({ reason: 'wrong-password' });
      expect(opened).to.deep.equal([{ password: 'p4ss', key: own.key }]);
      const other = (await generateKeyPair('ECDH-ES', { crv: 'X25519', extractable: true })).publicKey;
      const foreign = await seal({ password: 'p4ss' }, 'another purpose', [{ agentId: connected.agentId, encryptionKey }]);
      expect(await connected.ask('verify-password', { entry, sealed: foreign.sealed })).to.include({ reason: 'failed' });
      expect([opened.length, other.type]).to.deep.equal([1, 'public']);
    });

    it('of a stopping agent those in work are answered before it goes', async () => {
      const { agent, directory } = start();
      const connected = await server.connected();
      const open: (() => void)[] = [];
      directory.answer = () => new Promise((resolve) => void open.push(() => resolve({ outcome: 'accepted' })));
      const asked = connected.ask('set-enabled', setEnabled);
      await eventually(async () => expect(open).to.have.length(1));
      const closing = agent.close(5000);
      open[0]!();
      expect(await asked).to.deep.equal({ outcome: 'accepted' });
      await closing;
      expect(directory.isClosed).to.equal(true);
    });

    it('without a directory are refused', async () => {
      start({ SMARTSYNC_LDAP_URL: '' });
      const connected = await server.connected();
      expect(await connected.ask('set-enabled', setEnabled)).to.include({ outcome: 'refused', reason: 'unavailable' });
    });
  });
});
