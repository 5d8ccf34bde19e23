import { expect } from 'chai';
import { followSystemTheme } from '../../../../src/app/assets.ts';
import { ConfigError, loadConfig } from '../../../../src/config/index.ts';
import { isContextCode } from '../../../../src/domain/company/contexts/index.ts';
import { emailKey, nameKey, usernameKey } from '../../../../src/domain/people/users/index.ts';
import { isEmail, isUsername } from '../../../../src/domain/people/users/user.ts';
import { passwordFaults } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { defaultPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { KeyRing, newId, randomPassword } from '../../../../src/platform/crypto/index.ts';
import { Batcher, jsonText } from '../../../../src/platform/database/index.ts';
import { negotiateLocale } from '../../../../src/platform/i18n/index.ts';
import { imageType } from '../../../../src/platform/images/index.ts';
import { addressMatcher, clientAddress, createOutbound, networkOf, OutboundRefused } from '../../../../src/platform/net/index.ts';
import { localPath } from '../../../../src/web/sign-in/local-path.ts';

describe('domain/users: names', () => {
  it('S58: usernames begin and end with a letter or digit of any script, hold no space and no @, at most 150', () => {
    for (const good of ['a', 'jsilva', 'joão.da-silva', '用户1', 'a!#$%b', 'x'.repeat(150), 'Δημήτρης'])
      expect(isUsername(good), good).to.equal(true);
    for (const bad of ['', '.a', 'a.', '-a', 'a b', 'a@b', 'a＠b', 'a\u200bb', 'a\u00adb', 'a\tb', 'x'.repeat(151), 'a\u202eb', '\u0000a'])
      expect(isUsername(bad), JSON.stringify(bad)).to.equal(false);
  });
  it('S59: e-mail addresses', () => {
    for (const good of ['ana@acme.example', 'a.b+c@sub.acme.com.br', "o'neil@x.ie"]) expect(isEmail(good), good).to.equal(true);
    for (const bad of [
      'ana',
      'ana@',
      '@acme.example',
      'a b@c.de',
      'a@b',
      'a@b..c',
      'a@@b.cd',
      'a@b.cd\n',
      'a\u200b@b.cd',
      `${'a'.repeat(65)}@b.cd`,
    ])
      expect(isEmail(bad), JSON.stringify(bad)).to.equal(false);
  });
  it('one account cannot be written in two ways', () => {
    expect(usernameKey('STRASSE')).to.equal(usernameKey('straße'));
    expect(usernameKey('ｊｓｉｌｖａ')).to.equal(usernameKey('JSilva'));
    expect(emailKey(' Ana@Acme.Example')).to.equal('ana@acme.example');
    expect(nameKey('João  DA Silva')).to.equal('joao da silva');
  });
});

describe('domain/credentials: password rules', () => {
  const person = { email: 'ana.souza@acme.example', firstName: 'Ana Maria', lastName: 'Souza Lima' };
  const faults = (password: string) => passwordFaults(password, person, defaultPolicy.password);
  it('take 12 to 128 characters, counted as people count, and nothing of the person’s own, and nothing that is widely known', async () => {
    expect(await faults('correct horse')).to.deep.equal([]);
    expect(await faults('😀😁😂🤣😃😄😅😆😉😊😋😎')).to.deep.equal([]);
    expect(await faults('short')).to.include('fields.password_short');
    expect(await faults('ab'.repeat(65))).to.include('fields.password_long');
    expect(await faults('ANA.SOUZA@acme.example')).to.include('fields.password_personal');
    expect(await faults('ana maria souza lima!1')).to.include('fields.password_personal');
    expect(await faults('ana maria souza lima')).to.include('fields.password_personal');
    for (const known of ['Dragon2026!!!!', 'password1234', 'QWERTY123456789'])
      expect(await faults(known), known).to.include('fields.password_breached');
    expect(await faults('dragons fly over Joinville 2026')).to.deep.equal([]);
    expect(await faults('aaaaaaaaaaaaaaaa')).to.include('fields.password_simple');
  });
});

describe('domain: small rules', () => {
  it('context codes leave the server’s own paths alone', () => {
    for (const good of ['acme', 'a', 'a-1']) expect(isContextCode(good)).to.equal(true);
    for (const bad of ['assets', 'healthz', '-a', 'A', 'a_b', '', 'a'.repeat(64), 'oidc']) expect(isContextCode(bad), bad).to.equal(false);
  });
  it('a logo is told by its bytes, and SVG is none', () => {
    expect(imageType(Buffer.from('89504e470d0a1a0a00', 'hex'))).to.equal('image/png');
    expect(imageType(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'))).to.equal(undefined);
    expect(imageType(Buffer.from('GIF89a'))).to.equal(undefined);
  });
});

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
  it('derives the base address from the port', () => {
    expect(loadConfig({ PORT: '8080' }).baseUrl).to.equal('http://localhost:8080');
    expect(loadConfig({ PORTARIA_BASE_URL: 'https://login.example.com/' }).baseUrl).to.equal('https://login.example.com');
  });
});

describe('platform/crypto', () => {
  it('encrypts for a purpose, under the first key, and decrypts under any', () => {
    const [a, b] = [
      { id: 'a', key: Buffer.alloc(32, 1) },
      { id: 'b', key: Buffer.alloc(32, 2) },
    ];
    const sealed = new KeyRing([a!]).encrypt('secret', 'row 1');
    expect(new KeyRing([b!, a!]).decrypt(sealed, 'row 1').toString()).to.equal('secret');
    expect(() => new KeyRing([a!]).decrypt(sealed, 'row 2')).to.throw();
    expect(() => new KeyRing([b!]).decrypt(sealed, 'row 1')).to.throw(/no master key/);
    expect(() => new KeyRing([a!]).decrypt(`${sealed.slice(0, -2)}AA`, 'row 1')).to.throw();
  });
  it('makes ids in the order of time and passwords that can be read aloud', () => {
    const same = Array.from({ length: 1000 }, () => newId(1_600_000_000_000));
    expect([...same].sort(), 'in one millisecond').to.deep.equal(same);
    expect(new Set(same).size).to.equal(1000);
    const ids = [newId(1), newId(2), newId(1_700_000_000_000)];
    expect([...ids].sort()).to.deep.equal(ids);
    expect(ids[2]).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(randomPassword()).to.match(/^([a-km-zA-HJ-NP-Z2-9]{4}-){3}[a-km-zA-HJ-NP-Z2-9]{4}$/);
  });
});

describe('platform/database', () => {
  it('a batch that the database refuses fails only whoever sent the bad row', async () => {
    const calls: number[][] = [];
    const batcher = new Batcher<number, number>(async (requests) => {
      calls.push(requests);
      if (requests.includes(13)) throw Object.assign(new Error('bad row'), { code: '22P05' });
      return requests.map((n) => n * 2);
    });
    const results = await Promise.allSettled([1, 13, 3].map((n) => batcher.add(n)));
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'refused'))).to.deep.equal([2, 'refused', 6]);
    expect(calls[0]).to.deep.equal([1, 13, 3]);
  });
  it('a lost connection is not tried again: nobody knows whether it happened', async () => {
    let calls = 0;
    const batcher = new Batcher<number, number>(async () => {
      calls++;
      throw new Error('Connection terminated unexpectedly');
    });
    const results = await Promise.allSettled([1, 2].map((n) => batcher.add(n)));
    expect([calls, results.map(({ status }) => status)]).to.deep.equal([1, ['rejected', 'rejected']]);
  });
  it('JSON text leaves out what jsonb refuses', () => {
    expect(jsonText({ a: 'x\0y', b: '\ud83d', c: 'é\n"' })).to.equal(JSON.stringify({ a: 'xy', b: '\ufffd', c: 'é\n"' }));
  });
});

describe('platform/net', () => {
  it('whose address it is: an IPv4 address by itself, an IPv6 address by its network of 64 bits', () => {
    for (const [address, network] of [
      ['203.0.113.9', '203.0.113.9'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:db8::1', '2001:db8:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['', ''],
    ])
      expect(networkOf(address!)).to.equal(network);
  });

  it('believes X-Forwarded-For from listed proxies only, and only up to the first stranger', () => {
    const trusted = addressMatcher(['10.0.0.0/8', '::1']);
    expect(clientAddress('203.0.113.9', '6.6.6.6', trusted)).to.equal('203.0.113.9');
    expect(clientAddress('10.0.0.1', '6.6.6.6, 198.51.100.7, 10.0.0.2', trusted)).to.equal('198.51.100.7');
    expect(clientAddress('::ffff:10.0.0.1', 'garbage', trusted)).to.equal('10.0.0.1');
    expect(clientAddress('10.0.0.1', undefined, trusted)).to.equal('10.0.0.1');
  });
  it('calls no private address that is not allowed (SSRF), whatever its spelling', async () => {
    const outbound = createOutbound(['10.9.9.9', 'allowed.example:444']);
    const urls = [
      'http://127.0.0.1:1/',
      'http://localhost:1/',
      'http://[::1]:1/',
      'http://[::ffff:127.0.0.1]:1/',
      'http://169.254.169.254/latest',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://0/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'http://10.0.0.1/',
      'http://[fd00::1]/',
      'http://[64:ff9b::7f00:1]/',
    ];
    for (const url of urls) {
      let error: unknown;
      await outbound(url, { timeoutMs: 500 }).catch((caught) => {
        error = caught;
      });
      expect(error, url).to.be.instanceOf(OutboundRefused);
    }
  });
});

describe('platform/i18n', () => {
  it('chooses a language by quality, then by its primary tag', () => {
    const cases: [string | undefined, string][] = [
      ['pt-BR,pt;q=0.9,en;q=0.8', 'pt-BR'],
      ['pt-PT', 'pt-BR'],
      ['de,es;q=0.5', 'es'],
      ['en;q=0.1,es-AR;q=0.9', 'es'],
      ['de', 'en'],
      [undefined, 'en'],
      ['es;q=0', 'en'],
      [',;q=x,,', 'en'],
    ];
    for (const [header, locale] of cases) expect(negotiateLocale(header), String(header)).to.equal(locale);
  });
});

describe('web', () => {
  it('local paths are paths', () => {
    for (const good of ['/launchpad', '/launchpad?q=1&x=%2F', '/a/b']) expect(localPath(good, '/x')).to.equal(good);
    for (const bad of [
      '//e',
      '/\\e',
      'https://e',
      '/..//e',
      '/a/..//e',
      '/%2e%2e//e',
      '\t/e',
      '/\te',
      '/é',
      '',
      'x',
      `/${'a'.repeat(3000)}`,
    ])
      expect(localPath(bad, '/x'), bad).to.equal('/x');
  });
  it('the dark theme needs no attribute and no script', () => {
    const css = followSystemTheme(
      ':root{--a:1}[data-bs-theme=dark]{--a:2}.x,[data-bs-theme=dark] .y{color:red}:root:not([data-bs-theme=dark]) .z{b:c}',
    );
    expect(css).to.match(/@media \(prefers-color-scheme:dark\)\{:root\{--a:2\}:root \.y\{color:red\}\}$/);
  });
});
