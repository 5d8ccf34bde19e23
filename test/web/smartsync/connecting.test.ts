import { request as httpRequest } from 'node:http';
import { connect as openSocket } from 'node:net';
import { expect } from 'chai';
import { addDirectory, getAgent, listAgents, makeToken, revokeAgent, revokeToken } from '../../../src/domain/people/directories/index.ts';
import type { DirectoryId, Scope } from '../../../src/domain/scope.ts';
import { protocolVersion, signNonce } from '../../../src/smartsync-protocol/index.ts';
import { enrolAt, FakeAgent, type Identity, publicKeys, upStatus } from '../../support/fake-agent.ts';
import { eventually } from '../../support/process.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const { major, minor } = protocolVersion;

describe('web: how agents connect', function () {
  this.timeout(20_000);
  let server: TestServer;
  let scope: Scope;
  let directoryId: DirectoryId;
  let token: string;
  let identity: Identity;
  const agents: FakeAgent[] = [];

  before(async () => {
    // every test is an address of its own, so that none uses up the guesses of another
    server = await startTestServer({ config: { trustedProxies: ['127.0.0.1'] } });
    scope = await server.scope();
    const added = await addDirectory(scope, { name: 'Head office' });
    directoryId = added.directory.directoryId;
    token = added.token;
    identity = (await enrolAt(server.issuer, token)).identity;
  });
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.end()));
  });
  after(() => server.close());

  const dial = (more: Partial<ConstructorParameters<typeof FakeAgent>[0]> = {}) => {
    const agent = new FakeAgent({ identity, url: server.issuer, ...more });
    agents.push(agent);
    return agent;
  };
  const refusals = () => scope.db('audit_events').where({ context_id: scope.contextId, type: 'directory.agent-refused' }).pluck('reason');
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.issuer}/smartsync/enrol`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, ...((await response.json()) as { error: string; error_description: string }) };
  };

  describe('enrolment', () => {
    it('a token buys an identity of its directory, as often as it is used, and each is in the audit', async () => {
      const { status, body } = await enrolAt(server.issuer, token, { name: 'dc\0\u202e1\ud800', unknown: 'passed over' });
      expect([status, body.directoryId, body.directory]).to.deep.equal([201, directoryId, 'Head office']);
      const agent = await getAgent(scope, body.agentId);
      expect(agent).to.include({ name: 'dc1', software: 'fake/1', directoryId });
      const events = await scope.db('audit_events').where({ type: 'directory.agent-enrolled', subject_id: directoryId });
      expect(events.length).to.equal((await listAgents(scope, directoryId)).length);
      await revokeAgent(scope, agent.agentId);
    });

    it('a token that was replaced or revoked, or is of another company, buys nothing', async () => {
      const { directory, token: old } = await addDirectory(scope, { name: 'Branch office' });
      const current = await makeToken(scope, directory.directoryId);
      expect((await enrolAt(server.issuer, old)).body).to.include({ error: 'token_unknown' });
      expect((await enrolAt(`${server.baseUrl}/other`, current)).status).to.equal(401);
      const { status } = await enrolAt(server.issuer, current);
      expect(status).to.equal(201);
      await revokeToken(scope, directory.directoryId);
      expect((await enrolAt(server.issuer, current)).status).to.equal(401);
      expect(await listAgents(scope, directory.directoryId)).to.have.length(1);
      expect(await refusals()).to.include('agent-token-unknown');
    });

    it('a token that is older than a week connects nobody, and says why; whoever it connected stays connected', async () => {
      const { directory, token } = await addDirectory(scope, { name: 'Old office' });
      const { identity } = await enrolAt(server.issuer, token);
      await scope
        .db('directories')
        .where('directory_id', directory.directoryId)
        .update({ token_made_at: new Date(scope.clock.now().getTime() - 7 * 86_400_000) });
      const { status, body } = await enrolAt(server.issuer, token);
      expect([status, body.error]).to.deep.equal([401, 'token_expired']);
      expect(await refusals()).to.include('agent-token-expired');
      const agent = new FakeAgent({ identity, url: server.issuer });
      expect(await agent.met).to.equal('welcome');
      await agent.end();
    });

    it('minor versions one apart are welcome, two apart are not', async () => {
      expect((await enrolAt(server.issuer, token, { protocol: { major, minor: minor + 1 } })).status).to.equal(201);
      for (const protocol of [
        { major, minor: minor + 2 },
        { major: major + 1, minor },
      ])
        expect((await enrolAt(server.issuer, token, { protocol })).body).to.include({ error: 'agent_incompatible' });
    });

    it('keys with which an agent could not work are refused, whichever is wrong; the message says which', async () => {
      const point = (crv: string, bytes: Buffer) => ({ kty: 'OKP', crv, x: bytes.toString('base64url') });
      const { signingKey, encryptionKey } = publicKeys;
      const zero = Buffer.alloc(32);
      const one = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
      const signed = Buffer.from(`01${'00'.repeat(30)}80`, 'hex');
      const minusOne = Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex');
      const ofOrder8 = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex');
      const before = (await listAgents(scope, directoryId)).length;
      const wrong = [
        ...[point('X25519', Buffer.from(encryptionKey.x, 'base64url')), point('Ed25519', Buffer.alloc(31, 7))].map((key) => ({
          signingKey: key,
        })),
        ...[zero, one, signed, minusOne].map((bytes) => ({ signingKey: point('Ed25519', bytes) })),
        ...[{ ...signingKey }, point('X25519', Buffer.alloc(2)), point('X25519', Buffer.alloc(33, 7))].map((key) => ({
          encryptionKey: key,
        })),
        ...[zero, one, minusOne, ofOrder8].map((bytes) => ({ encryptionKey: point('X25519', bytes) })),
      ];
      for (const keys of wrong) {
        const { status, body } = await enrolAt(server.issuer, token, keys);
        expect([status, body.error], JSON.stringify(keys)).to.deep.equal([400, 'agent_key_unusable']);
        expect(body.error_description).to.contain(Object.keys(keys)[0]);
      }
      expect(await listAgents(scope, directoryId)).to.have.length(before);
    });

    it('what is no enrolment is refused with a code and a sentence', async () => {
      const refused: [status: number, error: string, body: string, headers?: Record<string, string>][] = [
        [400, 'malformed_body', 'no JSON'],
        [400, 'malformed_body', '[]'],
        [400, 'malformed_body', JSON.stringify({ token })],
        [415, 'unsupported_media_type', '{}', { 'content-type': 'text/plain' }],
        [413, 'body_too_large', JSON.stringify({ token: 'x'.repeat(20_000) })],
      ];
      for (const [status, error, body, headers] of refused) {
        const answer = await post(body, headers);
        expect([answer.status, answer.error]).to.deep.equal([status, error]);
        expect(answer.error_description).to.match(/^[A-Z].*\.$/);
      }
      const { status } = await fetch(`${server.issuer}/smartsync/enrol`);
      expect(status).to.equal(405);
      const nowhere = await fetch(`${server.issuer}/smartsync/elsewhere`, { method: 'POST' });
      expect([nowhere.status, ((await nowhere.json()) as { error: string }).error]).to.deep.equal([404, 'not_found']);
    });

    it('wrong tokens of an address are counted, and of no other; right ones are not', async () => {
      const from = (address: string) => ({ 'x-forwarded-for': address });
      const wrong = JSON.stringify({ ...validEnrolment, token: 'smartsync_wrong' });
      for (let n = 0; n < 10; n++) expect((await post(wrong, from('192.0.2.1'))).status).to.equal(401);
      expect(await post(wrong, from('192.0.2.1'))).to.include({ status: 429, error: 'too_many_tokens' });
      expect((await post(wrong, from('192.0.2.2'))).status).to.equal(401);
    });

    it('wrong tokens of many addresses shut no other out', async () => {
      const wrong = JSON.stringify({ ...validEnrolment, token: 'smartsync_wrong' });
      for (let n = 0; n < 110; n++)
        expect((await post(wrong, { 'x-forwarded-for': `198.51.100.${n % 11}` })).status, String(n)).to.equal(401);
      const right = JSON.stringify({ ...validEnrolment, token });
      expect((await post(right, { 'x-forwarded-for': '198.51.100.99' })).status).to.equal(201);
    });
    const validEnrolment = {
      name: 'fake',
      software: 'fake/1',
      protocol: protocolVersion,
      ...publicKeys,
    };
  });

  describe('proof', () => {
    it('who has the key is welcome; the agent is noted with its version', async () => {
      const agent = dial();
      expect(await agent.met).to.equal('welcome');
      expect(agent.heard[1]).to.deep.include({ type: 'welcome', directoryId, directory: 'Head office' });
      await eventually(async () => expect((await getAgent(scope, identity.agentId)).status).to.deep.equal(upStatus));
    });

    it('another key, another nonce, another address, or a proof of before proves nothing', async () => {
      const sign = (nonce: string, audience = server.issuer, agentId = identity.agentId) =>
        signNonce(nonce, audience, agentId, identity.signing);
      const other = (await enrolAt(server.issuer, token)).identity;
      let heard = '';
      const good = dial({
        sign: async (nonce) => {
          heard = await sign(nonce);
          return heard;
        },
      });
      expect(await good.met).to.equal('welcome');
      const wrong: ((nonce: string) => string | Promise<string>)[] = [
        () => heard,
        () => sign('a nonce of its own'),
        (nonce) => sign(nonce, 'https://elsewhere.example/acme'),
        (nonce) => sign(nonce, server.issuer, other.agentId),
        (nonce) => signNonce(nonce, server.issuer, identity.agentId, other.signing),
        () => 'garbage',
      ];
      for (const one of wrong) expect(await dial({ sign: one }).met).to.equal('wrong-proof');
      expect(await dial({ identity: { ...identity, agentId: other.agentId } }).met).to.equal('wrong-proof');
    });

    it('whoever is refused is in the audit', async () => {
      await eventually(async () => expect(await refusals()).to.include('agent-wrong-proof'));
    });

    it('an agent that was never enrolled, or is of another company, is unknown', async () => {
      const unknown = { ...identity, agentId: '00000000-0000-7000-8000-000000000000' };
      expect(await dial({ identity: unknown }).met).to.equal('unknown-agent');
      expect(await dial({ url: `${server.baseUrl}/other` }).met).to.equal('unknown-agent');
    });

    it('minor versions one apart work together, two apart are refused with that reason', async () => {
      expect(await dial({ protocol: { major, minor: minor + 1 } }).met).to.equal('welcome');
      for (const protocol of [
        { major, minor: minor + 2 },
        { major: major + 1, minor },
      ])
        expect(await dial({ protocol }).met).to.equal('incompatible');
    });

    it('who is revoked loses the connection at once, and gets no other', async () => {
      const revoked = (await enrolAt(server.issuer, token)).identity;
      const [agent, bystander] = [dial({ identity: revoked }), dial()];
      expect([await agent.met, await bystander.met]).to.deep.equal(['welcome', 'welcome']);
      await revokeAgent(scope, revoked.agentId);
      expect((await agent.closed).reason).to.equal('revoked');
      expect(agent.heard.at(-1)).to.deep.equal({ type: 'refused', reason: 'revoked' });
      expect(await dial({ identity: revoked }).met).to.equal('revoked');
      expect(bystander.socket.readyState).to.equal(bystander.socket.OPEN);
    });

    it('something else than a proof ends the connection, and so does a second connection of the same agent', async () => {
      const rash = dial({ sign: () => new Promise(() => {}) });
      await rash.until(({ type }) => type === 'challenge');
      rash.say({ type: 'status', status: upStatus });
      expect((await rash.closed).reason).to.equal('a proof has to come first');
      const first = dial();
      expect(await first.met).to.equal('welcome');
      const second = dial();
      expect(await second.met).to.equal('welcome');
      expect(await first.closed).to.deep.equal({ code: 4000, reason: 'connected again' });
    });
  });

  describe('abuse', () => {
    const endOf = async (say: (agent: FakeAgent) => void) => {
      const agent = dial();
      expect(await agent.met).to.equal('welcome');
      say(agent);
      return agent.closed;
    };

    it('a million messages end the connection early, and the server goes on', async () => {
      const answer = JSON.stringify({ type: 'answer', requestId: '00000000-0000-4000-8000-000000000000', answer: {} });
      const { code, reason } = await endOf(async (agent) => {
        for (let n = 0; n < 1_000_000 && agent.socket.readyState === agent.socket.OPEN; n++) {
          agent.say(answer);
          if (n % 1000 === 0) await new Promise(setImmediate);
        }
      });
      // whoever still sends may lose the reason on its way
      expect([1006, 1008]).to.include(code);
      expect(['', 'too many messages']).to.include(reason);
      expect((await fetch(`${server.baseUrl}/healthz`)).status).to.equal(200);
    });

    it('a message that is too large, or no JSON, ends it', async () => {
      expect((await endOf((agent) => agent.say('x'.repeat(1024 * 1024 + 1)))).code).to.be.oneOf([1006, 1009]);
      expect(await endOf((agent) => agent.say('no JSON'))).to.deep.equal({ code: 1007, reason: 'a message is no JSON' });
    });

    it('what a newer agent may say is passed over, within limits', async () => {
      const agent = dial();
      expect(await agent.met).to.equal('welcome');
      for (let n = 0; n < 10; n++) agent.say({ type: 'of-tomorrow', n });
      agent.say({ type: 'status', status: { ...upStatus, rootDn: 'dc=tomorrow', more: true } });
      await eventually(async () => expect((await getAgent(scope, identity.agentId)).status!.rootDn).to.equal('dc=tomorrow'));
      for (let n = 0; n < 300; n++) agent.say({ type: 'of-tomorrow', n });
      expect((await agent.closed).reason).to.equal('too many messages');
    });

    it('whoever says more than may be read at once is heard later, also over another connection, and not cut off', async () => {
      const slowed = { ...upStatus, rootDn: 'dc=slowed' };
      const [talker, neighbour] = [dial(), dial({ identity: (await enrolAt(server.issuer, token)).identity })];
      expect([await talker.met, await neighbour.met]).to.deep.equal(['welcome', 'welcome']);
      const startedAt = performance.now();
      const text = JSON.stringify({ type: 'of-tomorrow', text: 'x'.repeat(1_000_000) });
      for (let n = 0; n < 8; n++) for (const agent of [talker, neighbour]) agent.say(text);
      talker.say({ type: 'status', status: slowed });
      await eventually(async () => expect((await getAgent(scope, identity.agentId)).status).to.deep.equal(slowed));
      // 16 MB, of which 8 at once and 4 in each second
      expect(performance.now() - startedAt).to.be.greaterThan(1000);
      expect([talker, neighbour].map(({ socket }) => socket.readyState)).to.deep.equal([1, 1]);
    });

    it('too many pings end it', async () => {
      const { code } = await endOf((agent) => {
        for (let n = 0; n < 300; n++) agent.socket.ping();
      });
      expect([1006, 1008]).to.include(code);
    });

    it('of strangers who prove nothing few are kept of one network, the oldest goes, and an agent is welcome', async () => {
      const quiet: FakeAgent[] = [];
      for (let n = 0; n < 20; n++) {
        quiet.push(dial({ sign: () => new Promise(() => {}), headers: { 'x-forwarded-for': `2001:db8:0:1::${n}` } }));
        await quiet[n]!.until(({ type }) => type === 'challenge');
      }
      expect(await dial({ headers: { 'x-forwarded-for': '2001:db8:0:1::ffff' } }).met).to.equal('welcome');
      expect((await quiet[0]!.closed).code).to.be.oneOf([1006, 1008]);
    });
  });

  describe('upgrades', () => {
    const raw = (path: string, lines: string[]) =>
      new Promise<string>((resolve, reject) => {
        const socket = openSocket(server.port, '127.0.0.1', () =>
          socket.write([`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...lines, '', ''].join('\r\n')),
        );
        let heard = '';
        socket.on('data', (chunk) => {
          heard += chunk;
        });
        socket.on('end', () => resolve(heard)).on('error', reject);
      });
    const webSocket = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];

    it('only the address of agents takes them; elsewhere and for other protocols the request is answered without', async () => {
      expect(await raw('/acme/smartsync/enrol', webSocket)).to.match(/^HTTP\/1\.1 405 .*allow: POST/is);
      expect(await raw('/acme/launchpad', webSocket)).to.match(/^HTTP\/1\.1 30\d /);
      expect(await raw('/nobody/smartsync/connect', webSocket)).to.match(/^HTTP\/1\.1 404 /);
      expect(await raw('/healthz', ['Connection: Upgrade', 'Upgrade: h2c'])).to.match(/^HTTP\/1\.1 200 .*ok\n/s);
      expect(await raw('/acme/smartsync/connect', ['Connection: Upgrade', 'Upgrade: h2c'])).to.match(
        /^HTTP\/1\.1 426 .*upgrade: websocket/is,
      );
      expect(await raw('/acme/smartsync/connect', webSocket.slice(0, 2))).to.match(/^HTTP\/1\.1 400 /);
      expect(await raw('/acme/smartsync/connect?x=\\', webSocket)).to.match(/^HTTP\/1\.1 400 /);
      const posted = await new Promise<number>((resolve, reject) => {
        const request = httpRequest(`${server.issuer}/smartsync/enrol`, {
          method: 'POST',
          headers: { connection: 'upgrade', upgrade: 'websocket' },
        });
        request.on('response', ({ statusCode }) => resolve(statusCode!)).on('error', reject);
        request.end('{}');
      });
      expect(posted).to.equal(400);
      expect((await fetch(`${server.issuer}/smartsync/connect`)).status).to.equal(426);
    });
  });
});
