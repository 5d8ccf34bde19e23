import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { type ConnectionReport, type DirectorySettings, testConnection } from '../../../src/smartsync/ldap/index.ts';
import { idOfEntry, type ServedDirectory, sambaSettings, serveDirectory, slapdSettings } from '../../support/agent-work.ts';
import { directoryPassword, people } from '../../support/directory-people.ts';
import { allow, right } from '../../support/domain-rights.ts';
import { personDn } from '../../support/ldif.ts';
import { needSoftware } from '../../support/missing.ts';
import { startOddLdapServer } from '../../support/odd-ldap-server.ts';
import { scaleLimit } from '../../support/patience.ts';
import { eventually } from '../../support/process.ts';
import { type Samba, startSamba } from '../../support/samba.ts';
import { freePort } from '../../support/server.ts';
import { type Slapd, startSlapd } from '../../support/slapd.ts';

const everybody = [...people(3)];

describe('connections of the agent to directories', () => {
  let slapd: Slapd;
  let expired: Slapd;
  let samba: Samba;
  let babbler: Server;
  const open = new Set<Socket>();
  const silent = createServer((socket) => void open.add(socket));
  const served: ServedDirectory[] = [];
  const serve = async (settings: DirectorySettings) => {
    const one = await serveDirectory(settings);
    served.push(one);
    return one;
  };

  before(async function () {
    needSoftware(this, 'samba', 'slapd');
    this.timeout(120_000);
    [slapd, expired, samba] = await Promise.all([
      startSlapd({ people: everybody }),
      startSlapd({ certificate: { subjects: ['DNS:elsewhere.example'] } }),
      startSamba({ controllers: 2 }),
    ]);
    babbler = createServer((socket) => {
      socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await Promise.all([babbler, silent].map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))));
  });
  afterEach(async () => {
    for (const one of served.splice(0)) await one.close();
  });
  after(async () => {
    for (const socket of open) socket.destroy();
    babbler?.close();
    silent.close();
    await Promise.all([slapd?.stop(), expired?.stop(), samba?.stop()]);
  });

  const portOf = (server: Server) => (server.address() as { port: number }).port;
  const shown = ({ checks }: ConnectionReport) =>
    checks.map(({ check, isOk, fault, isWarning }) => `${check}${isOk ? '' : ` ${isWarning ? 'warning ' : ''}${fault}`}`);
  const test = async (chosen: Partial<DirectorySettings>, filter?: string) =>
    shown(await testConnection(slapdSettings(slapd, { timeoutSeconds: 1, ...chosen }), filter));

  it('names each fault of a connection in its place', async () => {
    const nobody = await freePort();
    const reports = {
      fine: await test({}),
      'fine with StartTLS': await test({ urls: [slapd.url], startTls: true }),
      'not encrypted': await test({ urls: [slapd.url] }),
      'no address': await test({ urls: ['dc1.example.com'] }),
      'no such name': await test({ urls: ['ldaps://dc1.invalid'] }),
      refused: await test({ urls: [`ldap://127.0.0.1:${nobody}`] }),
      'no answer': await test({ urls: [`ldap://127.0.0.1:${portOf(silent)}`] }),
      'no answer in TLS': await test({ urls: [`ldaps://127.0.0.1:${portOf(silent)}`] }),
      'no answer to StartTLS': await test({ urls: [`ldap://127.0.0.1:${portOf(silent)}`], startTls: true }),
      'no TLS': await test({ urls: [slapd.url.replace('ldap:', 'ldaps:')] }),
      'no LDAP': await test({ urls: [`ldap://127.0.0.1:${portOf(babbler)}`], startTls: true }),
      'unknown authority': await test({ ca: undefined }),
      'another name': await test({ urls: [expired.ldapsUrl], ca: readFileSync(expired.caFile, 'utf8') }),
      'another certificate': await test({ ca: undefined, pinnedFingerprints: ['00'.repeat(32)] }),
      'wrong password': await test({ bindPassword: 'not it' }),
      'no password': await test({ bindPassword: '' }),
      'no name': await test({ bindDn: 'nobody' }),
      'another base': await test({ baseDn: 'dc=elsewhere' }),
      'nobody matches': await test({}, '(uid=nobody)'),
      'no filter': await test({}, '(uid=*'),
    };
    const connected = ['address', 'connection', 'encryption'];
    const bound = [...connected, 'bind', 'directory'];
    expect(reports).to.deep.equal({
      fine: [...bound, 'base', 'filter'],
      'fine with StartTLS': [...bound, 'base', 'filter'],
      'not encrypted': ['address', 'connection', 'encryption warning not-encrypted', 'bind', 'directory', 'base', 'filter'],
      'no address': ['address address-invalid'],
      'no such name': ['address name-not-found'],
      refused: ['address', 'connection refused'],
      'no answer': ['address', 'connection', 'encryption warning not-encrypted', 'bind no-answer'],
      'no answer in TLS': ['address', 'connection no-answer'],
      'no answer to StartTLS': ['address', 'connection no-answer'],
      'no TLS': ['address', 'connection', 'encryption tls-failed'],
      'no LDAP': ['address', 'connection', 'encryption', 'directory not-ldap'],
      'unknown authority': ['address', 'connection', 'encryption tls-untrusted'],
      'another name': ['address', 'connection', 'encryption tls-name'],
      'another certificate': ['address', 'connection', 'encryption tls-pin'],
      'wrong password': [...connected, 'bind wrong-bind'],
      'no password': [...connected, 'bind wrong-bind'],
      'no name': [...connected, 'bind wrong-bind'],
      'another base': [...bound, 'base base-not-found'],
      'nobody matches': [...bound, 'base', 'filter no-match'],
      'no filter': [...bound, 'base', 'filter filter-invalid'],
    });
  });

  it('a base that is not there, or that the service account may not read, is a directory that is not up, until it is', async () => {
    const base = `ou=Later,${slapd.baseDn}`;
    const statusOf = async (settings: DirectorySettings) => {
      const { directory } = await serve(settings);
      return async () => {
        await directory.look();
        return directory.status();
      };
    };
    const inAd = await statusOf(sambaSettings(samba, 'sync', { urls: [samba.url], baseDn: `OU=Nowhere,${samba.baseDn}` }));
    expect((await inAd()).servers[0]).to.include({ isUp: false, fault: 'base-not-found' });
    const inOpenLdap = await statusOf(slapdSettings(slapd, { baseDn: base }));
    const status = await inOpenLdap();
    expect(status).to.include({ isUp: false, kind: 'openldap' });
    expect(status.servers[0]).to.include({ isUp: false, fault: 'base-not-found', detail: base });
    await slapd.add([{ dn: base, attributes: { objectClass: ['organizationalUnit'], ou: ['Later'] } }]);
    expect(await inOpenLdap()).to.deep.include({
      isUp: true,
      servers: [{ url: slapd.ldapsUrl, isUp: true, fault: undefined, detail: undefined }],
    });
  });

  it('sends no password when StartTLS is asked for and not offered', async () => {
    const stripped = await startOddLdapServer(() => ({ entries: [] }));
    try {
      const settings = slapdSettings(slapd, { urls: [stripped.url], startTls: true, timeoutSeconds: 2 });
      expect(shown(await testConnection(settings))).to.deep.equal(['address', 'connection', 'encryption tls-not-offered']);
      const one = await serve(settings);
      const entry = { id: crypto.randomUUID(), dn: 'uid=x' };
      expect(await one.ask('verify-password', { entry }, { passwords: { password: 'x' } })).to.include({ reason: 'unavailable' });
      expect(stripped.binds()).to.equal(0);
    } finally {
      stripped.stop();
    }
  });

  it('says what the service account may not do in AD', async () => {
    const report = (account: 'sync' | 'plain' | 'writer') =>
      testConnection(sambaSettings(samba, account, { urls: [samba.url], baseDn: `OU=People,${samba.baseDn}` })).then(shown);
    await samba.addPerson({ login: 'somebody', firstName: 'S', lastName: 'B', password: directoryPassword });
    const fine = ['address', 'connection', 'encryption', 'bind', 'directory', 'base', 'filter'];
    expect(await report('plain')).to.deep.equal([...fine, 'deleted warning no-right-deleted', 'write warning no-right-write']);
    expect(await report('sync')).to.deep.equal([...fine, 'deleted', 'write warning no-right-write']);
    expect(await report('writer')).to.deep.equal([...fine, 'deleted', 'write']);
    const clear = sambaSettings(samba, 'sync', { urls: [samba.controllers[0]!.plainUrl] });
    expect(shown(await testConnection(clear)).at(-1)).to.equal('bind needs-encryption');
  });

  it('shows a certificate that it does not trust, and trusts it when it is pinned', async () => {
    const untrusted = slapdSettings(slapd, { ca: undefined });
    const { checks } = await testConnection(untrusted);
    const { certificate } = checks.at(-1)!;
    expect(certificate).to.deep.include({
      subject: 'CN=directory',
      issuer: 'CN=Test authority',
      names: ['IP Address:127.0.0.1', 'DNS:localhost'],
    });
    expect(certificate!.fingerprint).to.not.equal(new X509Certificate(readFileSync(slapd.caFile)).fingerprint256);
    expect((await testConnection({ ...untrusted, pinnedFingerprints: [certificate!.fingerprint] })).isOk).to.equal(true);
    const asShown = certificate!.fingerprint.toUpperCase().replace(/..(?=.)/g, '$&:');
    expect((await testConnection({ ...untrusted, pinnedFingerprints: [asShown] })).isOk).to.equal(true);
  });

  it('knows what kind of directory it is, and what the account may do', async () => {
    const [ad, openldap] = [await serve(sambaSettings(samba, 'writer')), await serve(slapdSettings(slapd))];
    const seen = async ({ directory }: ServedDirectory) => {
      await directory.look();
      return directory.status();
    };
    const { clockOffsetSeconds, servers, ...status } = await seen(ad);
    expect(status).to.deep.equal({
      isUp: true,
      kind: 'active-directory',
      rootDn: samba.baseDn,
      accountDomain: samba.realm,
      isEncrypted: true,
      rights: { readDeleted: true, write: true },
    });
    expect(clockOffsetSeconds).to.be.within(-2, 2);
    expect(servers.map(({ isUp }) => isUp)).to.deep.equal([true, true]);
    expect(await seen(openldap)).to.deep.include({
      kind: 'openldap',
      rootDn: slapd.baseDn,
      accountDomain: 'directory.example',
      rights: {},
    });
  });

  it('looks at its rights again after each write, refused or not', async () => {
    const { directory, ask } = await serve(sambaSettings(samba, 'plain', { urls: [samba.url], baseDn: `OU=People,${samba.baseDn}` }));
    const write = () => directory.status().rights?.write;
    await eventually(async () => expect(write()).to.equal(false));
    const client = await samba.client();
    const [account] = (
      await client.search(samba.plain.dn, { scope: 'base', attributes: ['objectSid'], explicitBufferAttributes: ['objectSid'] })
    ).searchEntries;
    await allow(client, `OU=People,${samba.baseDn}`, [{ sid: account!['objectSid'] as Buffer, mask: right.createChild, toChildren: true }]);
    await client.unbind();
    expect(write()).to.equal(false);
    const dn = await samba.addPerson({ login: 'unwritten', firstName: 'U', lastName: 'W', password: directoryPassword });
    const entry = { id: await idOfEntry(samba, dn), dn };
    expect(await ask('set-enabled', { entry, isEnabled: false })).to.include({ outcome: 'refused', reason: 'no-right' });
    await eventually(async () => expect(write()).to.equal(true));
  });

  it('does not try a wrong bind over and over, which would lock the account, until somebody lets it look', async () => {
    const one = await serve(slapdSettings(slapd, { bindPassword: 'not it', bindDn: personDn(everybody[2]!, slapd.baseDn) }));
    const entry = { id: crypto.randomUUID(), dn: 'uid=x' };
    for (let i = 0; i < 8; i++)
      expect(await one.ask('verify-password', { entry }, { passwords: { password: 'x' } })).to.include({ reason: 'unavailable' });
    expect(one.directory.status().servers[0]).to.include({ isUp: false, fault: 'wrong-bind' });
    const id = await idOfEntry(slapd, personDn(everybody[2]!, slapd.baseDn));
    const fine = await serve(slapdSettings(slapd));
    const answer = await fine.ask(
      'verify-password',
      { entry: { id, dn: personDn(everybody[2]!, slapd.baseDn) } },
      { passwords: { password: directoryPassword } },
    );
    expect(answer).to.include({ outcome: 'accepted' });
    await slapd.replace(personDn(everybody[2]!, slapd.baseDn), { userPassword: 'not it' });
    expect(await one.ask('verify-password', { entry }, { passwords: { password: 'x' } })).to.include({ reason: 'unavailable' });
    await one.directory.look();
    expect(one.directory.status()).to.include({ isUp: true });
  });

  it('goes to the next server when one is killed or answers no more, and back when it is there again', async () => {
    const [first, second] = samba.controllers as [Samba['controllers'][number], Samba['controllers'][number]];
    const dn = await samba.addPerson({ login: 'failover', firstName: 'F', lastName: 'O', password: directoryPassword });
    await samba.replicate();
    const one = await serve(sambaSettings(samba));
    const entry = { id: await idOfEntry(samba, dn), dn };
    const verify = async () => {
      const answer = await one.ask('verify-password', { entry }, { passwords: { password: directoryPassword } });
      return answer.outcome === 'accepted' ? 'accepted' : `${answer.reason} ${answer.detail}`;
    };
    const many = () => Promise.all(Array.from({ length: 10 }, verify));
    const all = Array.from({ length: 10 }, () => 'accepted');
    const isUp = () => one.directory.status().servers.map((server) => server.isUp);
    expect(await many()).to.deep.equal(all);

    first.pause();
    expect(await many()).to.deep.equal(all);
    await eventually(async () => expect(isUp()).to.deep.equal([false, true]));
    // known to be away, it costs nobody time
    const before = Date.now();
    expect(await many()).to.deep.equal(all);
    expect(Date.now() - before).to.be.below(scaleLimit(2000));
    first.resume();
    await one.directory.look();
    expect(isUp()).to.deep.equal([true, true]);

    await second.kill();
    expect(await many()).to.deep.equal(all);
    await one.directory.look();
    expect(isUp()).to.deep.equal([true, false]);
    await first.kill();
    expect(await verify()).to.match(/^unavailable/);
    expect(one.directory.status().isUp).to.equal(false);
    await second.start();
    await first.start();
    await one.directory.look();
    expect(await many()).to.deep.equal(all);
  }).timeout(120_000);

  it('answers “unavailable” in time when the only server answers no more, and tells the listener', async () => {
    const one = await serve(slapdSettings(slapd, { timeoutSeconds: 2 }));
    const told: boolean[] = [];
    one.directory.onStatus(({ isUp }) => told.push(isUp));
    const dn = personDn(everybody[0]!, slapd.baseDn);
    const entry = { id: await idOfEntry(slapd, dn), dn };
    const verify = (signal: AbortSignal) => one.ask('verify-password', { entry }, { passwords: { password: directoryPassword }, signal });
    expect(await verify(AbortSignal.timeout(scaleLimit(5000)))).to.include({ outcome: 'accepted' });
    slapd.pause();
    try {
      const before = Date.now();
      expect(await verify(AbortSignal.timeout(scaleLimit(500)))).to.include({ outcome: 'refused', reason: 'unavailable' });
      expect(Date.now() - before).to.be.below(scaleLimit(1500));
      expect(await verify(AbortSignal.timeout(scaleLimit(10_000)))).to.include({ outcome: 'refused', reason: 'unavailable' });
      await eventually(async () => expect(told.at(-1)).to.equal(false));
    } finally {
      slapd.resume();
    }
    await one.directory.look();
    expect(await verify(AbortSignal.timeout(scaleLimit(5000)))).to.include({ outcome: 'accepted' });
    await eventually(async () => expect(told.at(-1)).to.equal(true));
  });
});
