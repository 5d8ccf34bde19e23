import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Agent, createLog, SettingsStore } from '../../src/smartsync/index.ts';
import { type LocalPage, servePage } from '../../src/smartsync/page/page.ts';
import { isProvenAnswer, seal } from '../../src/smartsync-protocol/index.ts';
import { Jar } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually } from '../support/process.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';
import { agentFolder } from '../support/smartsync-agent.ts';
import { type Connected, type SmartSyncServer, startSmartSyncServer } from '../support/smartsync-server.ts';

/** From the page to the directory and back, with the real OpenLDAP. */
describe('SmartSync with a real directory', function () {
  this.timeout(120_000);
  let slapd: Slapd;
  let server: SmartSyncServer;
  let agent: Agent;
  let page: LocalPage;
  let connected: Connected;
  const folder = agentFolder();
  const logins = ['ana', ...Array.from({ length: 1200 }, (_, n) => `person${n}`)];
  before(async function () {
    needSoftware(this, 'slapd');
    const people = logins.map((login) => ({ login, firstName: login, lastName: 'Souza', password: `Pw-${login}-12345` }));
    [slapd, server] = await Promise.all([startSlapd({ people }), startSmartSyncServer()]);
    const env = { SMARTSYNC_DATA_DIR: folder.path, SMARTSYNC_SERVER: server.address, SMARTSYNC_TOKEN: 'token-1', SMARTSYNC_TIMEOUT: '3' };
    agent = new Agent(
      new SettingsStore(env),
      createLog(() => {}),
      env,
    );
    page = await servePage(agent, 0);
    connected = await server.connected();
  });
  after(async () => {
    await page?.close(0);
    await agent?.close(0);
    await server?.close();
    await slapd?.stop();
    folder.remove();
  });

  const lastStatus = () => connected.messages.flatMap((one) => (one.type === 'status' ? [one.status] : [])).at(-1);

  it('S15: is set up on its page: an unknown certificate is shown, trusted and saved, and the server hears that the directory is up', async () => {
    const url = `http://127.0.0.1:${page.port}`;
    const jar = new Jar();
    await jar.submit(jar.form(await jar.get(`${url}/sign-in`)), { code: page.code });
    const typed = { ldapUrls: slapd.ldapsUrl, bindDn: slapd.bindDn, bindPassword: slapd.bindPassword, baseDn: slapd.baseDn };
    const shown = await jar.submit(jar.form(await jar.get(`${url}/directory`), /directory/), { ...typed, action: 'test' });
    const pin = /name="pin" value="([0-9a-f]{64})"/.exec(shown.text)![1]!;
    const trusted = await jar.submit(jar.form(shown, /directory/), { pin });
    expect(trusted.text).to.contain('Connection successful');
    expect(lastStatus()).to.include({ isUp: false });
    await jar.submit(jar.form(trusted, /directory/), { action: 'save' });
    await eventually(async () => expect(lastStatus()).to.include({ isUp: true, kind: 'openldap', isEncrypted: true }));
    expect((await jar.get(url)).text).to.contain(`Responding at ${slapd.ldapsUrl}`);
    expect(readFileSync(`${folder.path}/smartsync.json`, 'utf8')).not.to.contain(slapd.bindPassword);
  });

  it('S15: reads the people there and sends them', async () => {
    const batches = () => connected.messages.flatMap((one) => (one.type === 'batch' ? [one] : []));
    connected.socket.on('message', (data) => {
      const { type, requestId, sequence } = JSON.parse(String(data));
      if (type === 'batch') connected.send({ type: 'taken', requestId, sequence });
    });
    const answer = await connected.ask('read', {
      userFilter: '(objectClass=inetOrgPerson)',
      groupFilter: '(objectClass=groupOfNames)',
      userAttributes: ['uid', 'givenName', 'sn'],
      groupAttributes: ['cn'],
    });
    expect(answer).to.include({ outcome: 'accepted', isWhole: true, people: logins.length });
    const people = batches().flatMap(({ entries }) => entries.flatMap((one) => (one.type === 'person' ? one.attributes.uid : [])));
    expect(people.sort()).to.deep.equal(logins.toSorted());
  });

  it('S14: says yes to the right password only, with a proof; a directory that is away is no wrong password', async () => {
    const { encryptionKey } = server.agents.get(connected.agentId)!;
    const dn = `uid=ana,ou=people,${slapd.baseDn}`;
    const client = await slapd.client();
    const { searchEntries } = await client.search(slapd.baseDn, { filter: '(uid=ana)', attributes: ['entryUUID'] });
    await client.unbind();
    const entry = { id: String(searchEntries[0]!.entryUUID), dn: searchEntries[0]!.dn || dn };
    const verify = async (password: string) => {
      const { sealed, key } = await seal({ password }, `verify-password ${entry.id}`, [{ agentId: connected.agentId, encryptionKey }]);
      const before = connected.messages.length;
      const answer = await connected.ask('verify-password', { entry, sealed });
      const message = connected.messages.slice(before).find(({ type }) => type === 'answer');
      const isProven = message?.type === 'answer' && isProvenAnswer(key, message.requestId, 'accepted', String(answer.proof ?? ''));
      return { outcome: answer.outcome, reason: answer.reason, isProven };
    };
    expect(await verify('Pw-ana-12345')).to.deep.equal({ outcome: 'accepted', reason: undefined, isProven: true });
    expect(await verify('wrong')).to.deep.equal({ outcome: 'refused', reason: 'wrong-password', isProven: false });
    await slapd.kill();
    expect(await verify('Pw-ana-12345')).to.deep.equal({ outcome: 'refused', reason: 'unavailable', isProven: false });
    await eventually(async () => expect(lastStatus()).to.include({ isUp: false }));
    await slapd.start();
    await eventually(async () => expect(lastStatus()).to.include({ isUp: true }), 60_000);
    expect(await verify('Pw-ana-12345')).to.include({ outcome: 'accepted' });
    expect(agent.log.lines().join('\n'))
      .to.contain('The directory cannot be used')
      .and.not.to.match(/Pw-ana|token-1/);
  });
});
