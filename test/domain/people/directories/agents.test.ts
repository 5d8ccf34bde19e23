import { expect } from 'chai';
import {
  addDirectory,
  areAtOdds,
  claimAgents,
  type Directory,
  enrolAgent,
  findSpeakingAgents,
  findStaleDirectories,
  followAgents,
  followLostAgent,
  followStaleDirectories,
  forgetProcesses,
  getAgent,
  getDirectory,
  listAgents,
  listDirectoriesOfProcesses,
  makeToken,
  noteAgentSeen,
  noteDirectoryState,
  noteProcess,
  removeDirectory,
  revokeAgent,
  revokeToken,
  stateOf,
  takeLostProcesses,
} from '../../../../src/domain/people/directories/index.ts';
import type { ContextId } from '../../../../src/domain/scope.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { createLog } from '../../../../src/platform/log/index.ts';
import type { DirectoryStatus } from '../../../../src/smartsync-protocol/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { publicKeys } from '../../../support/fake-agent.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

const agentInput = (token: string, name = 'dc1') => ({
  token,
  name,
  software: 'smartsync/1',
  protocol: { major: 1, minor: 0 },
  ...publicKeys,
});
const up: DirectoryStatus = { isUp: true, kind: 'openldap', servers: [], rootDn: 'dc=acme', accountDomain: 'acme' };
const down: DirectoryStatus = { isUp: false, servers: [{ url: 'ldap://a', isUp: false, fault: 'refused' }] };

describe('domain/people/directories: agents', () => {
  const store = useStore();
  let count = 0;
  const add = () => addDirectory(store.scope, { name: `Directory ${++count}` });
  const enrol = async (token: string) => (await enrolAgent(store.scope, agentInput(token))).agentId;
  const of = (directory: Directory) => getDirectory(store.scope, directory.directoryId);

  it('the token buys an identity, for as long as it is the directory’s', async () => {
    const { scope } = store;
    const { directory, token } = await add();
    const types = await store.eventsOf(async () => {
      const { agentId, directory: found } = await enrolAgent(scope, agentInput(token, 'dc2'));
      expect(found.directoryId).to.equal(directory.directoryId);
      expect(await getAgent(scope, agentId)).to.deep.include({ directoryId: directory.directoryId, name: 'dc2', software: 'smartsync/1' });
    });
    expect(types).to.deep.equal(['directory.agent-enrolled']);
    const [event] = (await eventsOf(scope)).filter(({ type }) => type === 'directory.agent-enrolled');
    expect(event!.details).to.deep.equal({ agent: 'dc2', software: 'smartsync/1' });
    await store.refused('token_unknown', () => enrolAgent(store.other, agentInput(token)));
    for (const wrong of ['', 'smartsync_wrong', `${token}x`]) await store.refused('token_unknown', () => enrol(wrong));
    const next = await makeToken(scope, directory.directoryId);
    await store.refused('token_unknown', () => enrol(token));
    await revokeToken(scope, directory.directoryId);
    await store.refused('token_unknown', () => enrol(next));
    await store.refused('not_found', () => getAgent(store.other, unknownId));
  });

  it('a token enrols for seven days, as many as begin in them; who is enrolled stays, and a new token begins again', async () => {
    const { scope } = store;
    const { directory, token } = await add();
    const agentIds = [await enrol(token), await enrol(token)];
    store.wait(7 * 24 * 60 - 1);
    agentIds.push(await enrol(token));
    store.wait(1);
    await store.refused('token_expired', () => enrol(token));
    expect((await listAgents(scope, directory.directoryId)).map(({ agentId }) => agentId)).to.have.members(agentIds);
    await store.refused('token_unknown', () => enrol(`${token}x`));
    await enrol(await makeToken(scope, directory.directoryId));
  });

  it('a directory has at most twenty agents, also of those that enrol at once; who is revoked makes room', async () => {
    const { directory, token } = await add();
    const tries = await Promise.allSettled(Array.from({ length: 24 }, () => enrol(token)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(20);
    await store.refused('agents_full', () => enrol(token));
    await revokeAgent(store.scope, (await listAgents(store.scope, directory.directoryId))[0]!.agentId);
    await enrol(token);
  });

  it('who is revoked speaks for nobody, and stays to be looked up', async () => {
    const { scope } = store;
    const { directory, token } = await add();
    const [one, other] = [await enrol(token), await enrol(token)];
    const types = await store.eventsOf(async () => {
      await revokeAgent(scope, one);
      await revokeAgent(scope, one);
    });
    expect(types).to.deep.equal(['directory.agent-revoked']);
    expect((await listAgents(scope, directory.directoryId)).map(({ agentId }) => agentId)).to.deep.equal([other]);
    expect((await getAgent(scope, one)).revokedAt).to.be.a('date');
    await store.refused('not_found', () => revokeAgent(store.other, other));
    await store.refused('not_found', () => revokeAgent(scope, unknownId));
    await removeDirectory(scope, directory.directoryId);
    await store.refused('not_found', () => getAgent(scope, other));
  });

  it('what an agent says of itself is noted, and who may still speak is told', async () => {
    const { scope } = store;
    const { token } = await add();
    const [one, other] = [await enrol(token), await enrol(token)];
    await noteAgentSeen(scope, one, { status: up, software: 'smartsync/2' });
    expect(await getAgent(scope, one)).to.deep.include({ status: up, software: 'smartsync/2' });
    await noteAgentSeen(scope, one);
    expect((await getAgent(scope, one)).status).to.deep.equal(up);
    await revokeAgent(scope, other);
    const { contextId } = scope;
    const asked = [one, other].map((agentId) => ({ contextId, agentId }));
    expect([...(await findSpeakingAgents(scope, [...asked, { contextId: store.other.contextId, agentId: one }]))]).to.deep.equal([one]);
  });

  it('is connected as long as its process says that it lives, which is one row for all of them', async () => {
    const { scope } = store;
    const { contextId } = scope;
    const { directory, token } = await add();
    const { directoryId } = directory;
    const agentIds = [await enrol(token), await enrol(token)];
    const [mine, next] = [newId(1), newId(2)];
    const lost = async () => (await takeLostProcesses(scope)).filter((one) => one === mine || one === next);
    const lastSeen = async () => (await getAgent(scope, agentIds[0]!)).lastSeenAt!.getTime();
    const state = async () => {
      await followAgents(scope, directoryId);
      return stateOf(await of(directory));
    };
    expect(await noteProcess(scope, mine)).to.equal(true);
    for (const agentId of agentIds) await noteAgentSeen(scope, agentId, { status: up, processId: mine });
    const written = async () => {
      const text = 'SELECT xmin::text AS version FROM directory_agents WHERE agent_id = ANY(?::uuid[]) ORDER BY agent_id';
      return (await scope.db.raw<{ rows: { version: string }[] }>(text, [agentIds])).rows;
    };
    const before = await written();
    for (let n = 0; n < 4; n++) {
      store.wait(0.2);
      expect(await noteProcess(scope, mine)).to.equal(false);
      expect(await lastSeen()).to.be.above(scope.clock.now().getTime() - 1000);
      expect(await state()).to.equal('configured');
      expect(await lost()).to.deep.equal([]);
      expect(await claimAgents(scope, next, [{ contextId, agentId: agentIds[0]! }]), 'it is connected').to.deep.equal([]);
    }
    expect(await written()).to.deep.equal(before);
    // one comes back at another process, and the end of the former connection says nothing of it
    await noteProcess(scope, next);
    await noteAgentSeen(scope, agentIds[0]!, { processId: next });
    store.wait(0.2);
    await noteProcess(scope, next);
    await followLostAgent(scope, directoryId, { agentId: agentIds[0]!, since: scope.clock.now(), processId: mine });
    expect(await state()).to.equal('configured');
    store.wait(0.2);
    await noteProcess(scope, next);
    expect(await lost(), 'of two that look, one gets it').to.deep.equal([mine]);
    expect(await lost()).to.deep.equal([]);
    expect(await listDirectoriesOfProcesses(scope, [mine])).to.deep.equal([{ contextId, directoryId }]);
    await forgetProcesses(scope, [mine]);
    expect(await listDirectoriesOfProcesses(scope, [mine])).to.deep.equal([]);
    expect(await state(), 'there is one yet').to.equal('configured');
    store.wait(1);
    expect(await lost()).to.deep.equal([next]);
    expect(await state()).to.equal('unavailable');
    expect(await noteProcess(scope, next), 'it lives after all').to.equal(true);
    expect(await state()).to.equal('configured');
    await forgetProcesses(scope, [next]);
    expect(await state(), 'who was taken for gone and said otherwise stays').to.equal('configured');
    await followLostAgent(scope, directoryId, { agentId: agentIds[0]!, since: scope.clock.now(), processId: next });
    expect(await state()).to.equal('unavailable');
    expect(await claimAgents(scope, next, [{ contextId, agentId: agentIds[0]! }])).to.deep.equal([{ contextId, directoryId }]);
    expect(await state()).to.equal('configured');
  });

  it('the calendar mends a state that a failure left behind', async () => {
    const { scope } = store;
    const { directory, token } = await add();
    const agentId = await enrol(token);
    await noteAgentSeen(scope, agentId, { status: up });
    const scopeOf = (contextId: ContextId) => ({ ...scope, contextId });
    const server = { db: scope.db, clock: scope.clock, log: createLog('silent'), scopeOf };
    await followStaleDirectories.run(server);
    expect(stateOf(await of(directory))).to.equal('configured');
    store.wait(1);
    await followStaleDirectories.run(server);
    expect(stateOf(await of(directory))).to.equal('unavailable');
    expect(await store.eventsOf(() => followStaleDirectories.run(server))).to.deep.equal([]);
  });

  it('administrators hear by mail of each agent after the first, also when that was revoked, and nobody else does', async () => {
    const { scope } = store;
    const administrator = await store.person({ role: 'administrator' });
    const { directory, token } = await add();
    const mails = async () => (await store.queued('deliver-mail')).filter(({ mail }) => mail === 'agent_enrolled');
    const before = (await mails()).length;
    const first = await enrol(token);
    expect(await mails(), 'of the first').to.have.length(before);
    await revokeAgent(scope, first);
    await enrolAgent(scope, agentInput(token, 'dc9'));
    const sent = (await mails()).slice(before);
    const administrators = await scope.db('users').where({ context_id: scope.contextId, role: 'administrator', status: 'activated' });
    expect(sent.map(({ to }) => to)).to.have.members(administrators.map(({ email }) => email));
    expect(sent.map(({ to }) => to)).to.include(administrator.email);
    const mail = sent.find(({ to }) => to === administrator.email)!;
    expect(mail.leadsTo).to.deep.equal({ page: 'directory', directory: directory.directoryId });
    expect(mail.params)
      .to.include({ directory: directory.name, agent: 'dc9' })
      .and.to.have.property('time')
      .that.matches(/^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
    await store.refused('token_unknown', () => enrol('smartsync_wrong'));
    expect(await mails()).to.have.length(before + sent.length);
  });

  it('a directory is configured when an agent first reaches it; each change of its state is one event', async () => {
    const { scope } = store;
    const { directory } = await add();
    const note = (state: Parameters<typeof noteDirectoryState>[2]) => noteDirectoryState(scope, directory.directoryId, state);
    const types = await store.eventsOf(async () => {
      await note({ isUp: false, reason: 'refused' });
      expect(await of(directory)).to.include({ unavailableReason: 'refused' });
      expect(stateOf(await of(directory))).to.equal('not-configured');
      await note({ isUp: true, kind: 'openldap', rootDn: 'dc=acme' });
      await note({ isUp: true });
      await note({ isUp: true, kind: 'openldap', accountDomain: 'acme' });
      expect(await of(directory)).to.include({ kind: 'openldap', rootDn: 'dc=acme', accountDomain: 'acme', unavailableReason: undefined });
      await note({ isUp: false, reason: 'refused' });
      const since = (await of(directory)).unavailableSince;
      store.wait(1);
      await note({ isUp: false, reason: 'tls-untrusted' });
      expect(await of(directory)).to.deep.include({ unavailableSince: since, unavailableReason: 'tls-untrusted', kind: 'openldap' });
      await store.unchanged(() => note({ isUp: false, reason: 'tls-untrusted' }));
      await note({ isUp: true });
    });
    expect(types).to.deep.equal(['directory.available', 'directory.unavailable', 'directory.available']);
    await store.refused('not_found', () => noteDirectoryState(scope, unknownId as never, { isUp: true }));
  });

  it('it is up where one of its connected agents says so, away where all say so or none was seen for a while', async () => {
    const { scope } = store;
    const { directory, token } = await add();
    const [one, other] = [await enrol(token), await enrol(token)];
    const isStale = async () => (await findStaleDirectories(scope)).some(({ directoryId }) => directoryId === directory.directoryId);
    const follow = async () => {
      await followAgents(scope, directory.directoryId);
      expect(await isStale(), 'what was followed is not stale').to.equal(false);
      const found = await of(directory);
      return [stateOf(found), found.unavailableReason];
    };
    expect(await isStale(), 'nobody has said anything').to.equal(false);
    expect(await follow()).to.deep.equal(['not-configured', undefined]);
    await noteAgentSeen(scope, one, { status: up });
    expect(await isStale()).to.equal(true);
    expect(await follow()).to.deep.equal(['configured', undefined]);
    await noteAgentSeen(scope, other, { status: down });
    expect(await follow()).to.deep.equal(['configured', undefined]);
    await noteAgentSeen(scope, one, { status: down });
    expect(await isStale()).to.equal(true);
    expect(await follow()).to.deep.equal(['unavailable', 'refused']);
    await noteAgentSeen(scope, other, { status: up });
    expect(await follow()).to.deep.equal(['configured', undefined]);
    store.wait(0.3);
    expect(await isStale()).to.equal(true);
    expect(await follow()).to.deep.equal(['unavailable', 'no-agent']);
    await noteAgentSeen(scope, one);
    expect(await follow()).to.deep.equal(['unavailable', 'refused']);
    await revokeAgent(scope, one);
    expect(await follow()).to.deep.equal(['unavailable', 'no-agent']);
    await store.refused('not_found', () => followAgents(scope, unknownId as never));
  });

  it('kind and Root DN come from agents that reach it; where those differ, what there is stays', async () => {
    const { scope } = store;
    const { directory, token } = await add();
    const [one, other] = [await enrol(token), await enrol(token)];
    const odds = async () => areAtOdds(await listAgents(scope, directory.directoryId), scope.clock.now());
    const say = async (agentId: typeof one, status: DirectoryStatus) => {
      await noteAgentSeen(scope, agentId, { status });
      await followAgents(scope, directory.directoryId);
      return (await of(directory)).rootDn;
    };
    expect(await say(one, { ...down, rootDn: 'dc=wrong', kind: 'openldap' }), 'one that is not up').to.equal(undefined);
    expect(await say(other, up)).to.equal('dc=acme');
    expect(await say(one, { ...up, rootDn: 'DC=ACME' })).to.be.oneOf(['dc=acme', 'DC=ACME']);
    expect(await odds()).to.equal(false);
    const kept = (await of(directory)).rootDn;
    expect(await say(one, { ...up, rootDn: 'dc=wrong', kind: 'active-directory' })).to.equal(kept);
    expect(await of(directory)).to.include({ kind: 'openldap' });
    expect(await odds()).to.equal(true);
    expect(await say(one, { ...down, rootDn: 'dc=wrong' })).to.equal('dc=acme');
    expect(await odds()).to.equal(false);
  });

  it('an agent that went is away at once, unless it was seen since', async () => {
    const { scope } = store;
    const { directory, token } = await add();
    const agentId = await enrol(token);
    await noteAgentSeen(scope, agentId, { status: up });
    await followAgents(scope, directory.directoryId);
    const since = scope.clock.now();
    store.wait(0.01);
    await noteAgentSeen(scope, agentId);
    await followLostAgent(scope, directory.directoryId, { agentId, since });
    expect(stateOf(await of(directory))).to.equal('configured');
    await followLostAgent(scope, directory.directoryId, { agentId, since: scope.clock.now() });
    expect(stateOf(await of(directory))).to.equal('unavailable');
    expect(await store.eventsOf(() => followAgents(scope, directory.directoryId)), 'and stays so').to.deep.equal([]);
    await store.refused('not_found', () => followLostAgent(scope, unknownId as never, { agentId, since }));
  });

  it('each takes part in its caller’s transaction, and nothing is written without its event', async () => {
    const { directory, token } = await add();
    const agentId = await enrol(token);
    await store.inOneTransaction((inside) => enrolAgent(inside, agentInput(token)));
    await store.inOneTransaction((inside) => revokeAgent(inside, agentId));
    await store.inOneTransaction((inside) => noteDirectoryState(inside, directory.directoryId, { isUp: true }));
    await noteAgentSeen(store.scope, agentId, { status: up });
    await store.inOneTransaction((inside) => followAgents(inside, directory.directoryId));
    await followAgents(store.scope, directory.directoryId);
    const now = store.scope.clock.now();
    await store.inOneTransaction((inside) => followLostAgent(inside, directory.directoryId, { agentId, since: now }));
  });
});
