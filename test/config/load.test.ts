import { expect } from 'chai';
import { ConfigError, loadConfig, settings } from '../../src/config/index.ts';

describe('config', () => {
  it('reports all faults at once, and names what it does not know', () => {
    let error: unknown;
    try {
      loadConfig({ PORT: 'abc', PORTARIA_BASE_URL: 'ftp://x', PORTARIA_TYPO: '1', PORTARIA_MASTER_KEYS_FILE: '/nowhere' });
    } catch (caught) {
      error = caught;
    }
    expect(error).to.be.instanceOf(ConfigError);
    const { faults } = error as ConfigError;
    for (const name of ['PORT', 'PORTARIA_BASE_URL', 'PORTARIA_TYPO', 'PORTARIA_MASTER_KEYS_FILE'])
      expect(faults.join('\n')).to.contain(name);
  });
  it('a list is read by whoever uses it before anything starts, and its fault never shows a secret', () => {
    const wrong = {
      PORTARIA_TRUSTED_PROXIES: ['proxy.example', '10.0.0.0/99', '10.0.0.0/'],
      PORTARIA_OUTBOUND_ALLOW: ['10.0.0.0/99'],
      PORTARIA_SAML_HTTP_HOSTS: ['8.8.8.8', '*', '10.0.0.0/4', 'http://erp.intern'],
      PORTARIA_MASTER_KEYS: ['secretsecret', 'a:c2VjcmV0c2VjcmV0'],
    };
    for (const [name, values] of Object.entries(wrong))
      for (const value of values)
        expect(() => loadConfig({ [name]: value, PORT: 'abc' }), `${name}=${value}`)
          .to.throw(ConfigError)
          .with.property('faults')
          .that.satisfies((faults: string[]) => faults.length === 2 && faults[1]!.startsWith(`${name}: `) && !faults[1]!.includes('ecret'));
    expect(loadConfig({ PORTARIA_TRUSTED_PROXIES: '10.0.0.0/8, ::1', PORTARIA_SAML_HTTP_HOSTS: '*.intern, 10.1.2.3' })).to.include.keys(
      'baseUrl',
    );
  });
  it('takes an address alone as the sender of mails', () => {
    for (const value of ['foo', 'foo@', '@acme.example', 'Acme <login@acme.example>', 'a@b@c', 'a b@acme.example'])
      expect(() => loadConfig({ PORTARIA_MAIL_FROM: value }), value).to.throw(ConfigError, 'PORTARIA_MAIL_FROM: must be an address');
    for (const value of ['login@acme.example', 'portaria@localhost', 'não-responda@empresa.example'])
      expect(loadConfig({ PORTARIA_MAIL_FROM: value })).to.include({ mailFrom: value });
  });
  it('says of every setting what it must be, in words of ours', () => {
    const wrong = ['', 'x', '-1', '1.5', '999999999', 'ftp://x/', '\u0000'];
    let seen = 0;
    for (const { env } of Object.values(settings))
      for (const value of wrong) {
        try {
          loadConfig({ [env]: value });
        } catch (error) {
          const [fault, ...others] = (error as ConfigError).faults;
          expect(others, `${env}=${value}`).to.deep.equal([]);
          expect(fault, `${env}=${value}`)
            .to.match(new RegExp(`^${env}: \\S`))
            .and.not.match(/expected|received|Invalid|Too (small|big)|NaN|undefined/);
          seen++;
        }
      }
    expect(seen).to.be.greaterThan(50);
  });
  it('leaves the names of connections to us: a restore tells a server by them', () => {
    const base = 'postgres://portaria:secret@db.intern/portaria';
    for (const [given, kept] of [
      [base, base],
      [`${base}?application_name=idp`, base],
      [`${base}?application_name=idp&sslmode=require`, `${base}?sslmode=require`],
      [`${base}?sslmode=require&application_name=idp`, `${base}?sslmode=require`],
      [`${base}?host=/run&application_name=&x=1`, `${base}?host=/run&x=1`],
    ])
      expect(
        loadConfig({ DATABASE_URL: given, PORTARIA_MASTER_KEYS: `main:${Buffer.alloc(32, 1).toString('base64')}` }).databaseUrl,
      ).to.equal(kept);
  });
  it('derives the base address from the port', () => {
    expect(loadConfig({ PORT: '8080' }).baseUrl).to.equal('http://localhost:8080');
    expect(loadConfig({ PORTARIA_BASE_URL: 'https://login.example.com/' }).baseUrl).to.equal('https://login.example.com');
  });
});
