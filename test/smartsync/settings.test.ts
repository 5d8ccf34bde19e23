import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SettingsError, SettingsStore } from '../../src/smartsync/settings/index.ts';

describe('settings of SmartSync', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portaria-smartsync-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const load = (env: Record<string, string> = {}) => new SettingsStore({ SMARTSYNC_DATA_DIR: folder, ...env });
  const faultsOf = (env: Record<string, string> = {}): string[] => {
    try {
      load(env);
    } catch (error) {
      expect(error).to.be.instanceOf(SettingsError);
      return (error as SettingsError).faults;
    }
    return [];
  };
  const file = () => join(folder, 'smartsync.json');

  it('come from the environment, files that it names, smartsync.json, and defaults, in this order', () => {
    writeFileSync(file(), JSON.stringify({ server: 'https://file.example/acme', baseDn: 'dc=file', name: 'from-file' }));
    writeFileSync(join(folder, 'password'), 'from-a-file\n');
    const { current } = load({
      SMARTSYNC_SERVER: 'https://id.example/acme/',
      SMARTSYNC_BIND_PASSWORD_FILE: join(folder, 'password'),
      SMARTSYNC_LDAP_URL: 'ldaps://dc1.example, ldap://10.0.0.5:389',
      SMARTSYNC_START_TLS: 'true',
    });
    expect(current).to.include({
      server: 'https://id.example/acme',
      bindPassword: 'from-a-file',
      baseDn: 'dc=file',
      name: 'from-file',
      startTls: true,
      pagePort: 7788,
    });
    expect(current.ldapUrls).to.deep.equal(['ldaps://dc1.example', 'ldap://10.0.0.5:389']);
  });

  it('tell all faults at once, each by its name, and never show a secret', () => {
    writeFileSync(file(), JSON.stringify({ colour: 'red', timeoutSeconds: 'soon' }));
    const faults = faultsOf({
      SMARTSYNC_SERVER: 'http://id.example/acme',
      SMARTSYNC_LDAP_URL: 'https://dc1.example',
      SMARTSYNC_TYPO: '1',
      SMARTSYNC_BIND_PASSWORD_FILE: '/nowhere',
      SMARTSYNC_TOKEN: 'secretsecret'.repeat(20),
      SMARTSYNC_CA: 'no certificate',
      SMARTSYNC_START_TLS: 'perhaps',
    }).join('\n');
    for (const name of ['SERVER', 'LDAP_URL', 'TYPO', 'BIND_PASSWORD_FILE', 'TOKEN', 'CA', 'START_TLS'])
      expect(faults).to.contain(`SMARTSYNC_${name}:`);
    expect(faults).to.contain('smartsync.json: there is no setting colour').and.to.contain('smartsync.json: timeoutSeconds');
    expect(faults).not.to.contain('secretsecret');
  });

  it('take a server by https, and by http on this machine only', () => {
    for (const address of ['https://id.example/acme', 'http://127.0.0.1:3000/acme', 'http://localhost:3000/acme', 'http://[::1]:3000/acme'])
      expect(load({ SMARTSYNC_SERVER: address }).current.server).to.equal(address);
    for (const address of [
      'http://id.example/acme',
      'http://127.0.0.1.example/acme',
      'https://id.example/acme?x=1',
      'https://me@id.example/acme',
      'ftp://id.example',
      'id.example/acme',
    ])
      expect(faultsOf({ SMARTSYNC_SERVER: address }), address).to.have.length(1);
  });

  it('take addresses of LDAP servers, and nothing that only looks like one', () => {
    for (const address of ['http://dc1', 'ldap://', 'dc1.example', 'ldap://dc1/dc=example', 'ldap://user:secret@dc1', 'ldapi:///run/slapd'])
      expect(faultsOf({ SMARTSYNC_LDAP_URL: address }), address).to.have.length(1);
  });

  it('encrypts the secrets of smartsync.json, those too that somebody typed there, and lets nobody else read the folder', () => {
    writeFileSync(file(), JSON.stringify({ bindPassword: 'typed-by-hand', baseDn: 'dc=example' }));
    chmodSync(file(), 0o644);
    const store = load();
    expect((statSync(file()).mode & 0o777).toString(8)).to.equal('600');
    expect(store.current.bindPassword).to.equal('typed-by-hand');
    expect(store.change({ token: 'a-token', bindDn: 'cn=sync' })).to.deep.equal({});
    expect(readFileSync(file(), 'utf8'))
      .to.contain('cn=sync')
      .and.not.to.match(/typed-by-hand|a-token/);
    expect(load().current).to.include({ bindPassword: 'typed-by-hand', token: 'a-token', baseDn: 'dc=example', bindDn: 'cn=sync' });
    const modes = ['', 'smartsync.json', 'smartsync.key'].map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8));
    expect(modes).to.deep.equal(['700', '600', '600']);
  });

  it('a secret that was encrypted under another key, or moved to another setting, is refused', () => {
    load().change({ bindPassword: 'secret' });
    const { bindPassword } = JSON.parse(readFileSync(file(), 'utf8'));
    writeFileSync(file(), JSON.stringify({ token: bindPassword }));
    expect(faultsOf()[0]).to.contain('smartsync.json: token cannot be read by the key');
    writeFileSync(file(), JSON.stringify({ bindPassword }));
    rmSync(join(folder, 'smartsync.key'));
    expect(faultsOf()[0]).to.contain('smartsync.json: bindPassword cannot be read by the key');
    writeFileSync(join(folder, 'smartsync.key'), 'short');
    expect(faultsOf()[0]).to.contain('is not a key of SmartSync');
  });

  it('a change with a fault keeps nothing, and what the environment sets stays', () => {
    const store = load({ SMARTSYNC_BASE_DN: 'dc=env' });
    expect(store.change({ ldapUrls: ['nonsense'], bindDn: 'cn=sync' })).to.have.all.keys('ldapUrls');
    expect(existsSync(file())).to.equal(false);
    expect([store.isFixed('baseDn'), store.isFixed('bindDn')]).to.deep.equal([true, false]);
    store.change({ baseDn: 'dc=page' });
    expect(store.current.baseDn).to.equal('dc=env');
  });

  it('a settings file that is no JSON is named, and left as it is', () => {
    writeFileSync(file(), '{');
    expect(faultsOf()[0]).to.contain('smartsync.json: is not JSON');
    expect(readFileSync(file(), 'utf8')).to.equal('{');
  });
});
