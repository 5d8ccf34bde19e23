import { request } from 'node:http';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Agent } from '../../src/smartsync/agent.ts';
import { type ConnectionReport, checks, type DirectorySettings, faults } from '../../src/smartsync/ldap/index.ts';
import { linkFaults } from '../../src/smartsync/link/faults.ts';
import { type LocalPage, servePage } from '../../src/smartsync/page/page.ts';
import { Sessions } from '../../src/smartsync/page/sessions.ts';
import { linkFaultKey, translator } from '../../src/smartsync/texts/index.ts';
import { expectAccessible } from '../support/axe.ts';
import { desktop, disableScript, launchChromium, openBrowserContext, phone } from '../support/chromium.ts';
import { type Answer, Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { agentFolder, type FakeDirectory, startAgent } from '../support/smartsync-agent.ts';
import { type SmartSyncServer, startSmartSyncServer } from '../support/smartsync-server.ts';

const fingerprint = 'ab'.repeat(32);
const untrusted: ConnectionReport = {
  isOk: false,
  checks: [
    { check: 'address', url: 'ldaps://dc1.example.com', isOk: true, detail: '10.0.0.5' },
    { check: 'connection', url: 'ldaps://dc1.example.com', isOk: true },
    {
      check: 'encryption',
      url: 'ldaps://dc1.example.com',
      isOk: false,
      fault: 'tls-untrusted',
      certificate: {
        subject: 'CN=dc1 <b>',
        issuer: 'CN=Example CA',
        names: ['dc1.example.com'],
        validUntil: new Date('2030-01-01'),
        fingerprint,
      },
    },
  ],
};
const working: ConnectionReport = {
  isOk: true,
  checks: [
    { check: 'bind', url: 'ldaps://dc1.example.com', isOk: true },
    { check: 'base', isOk: true, detail: 'dc=example,dc=com' },
    { check: 'filter', isOk: false, isWarning: true, fault: 'no-match' },
  ],
};

describe('local page of SmartSync', () => {
  let folder: ReturnType<typeof agentFolder>;
  let agent: Agent;
  let directory: FakeDirectory;
  let page: LocalPage;
  let found: ConnectionReport;
  let tested: DirectorySettings[];
  let url: string;
  const start = async (env: Record<string, string> = {}) => {
    ({ agent, directory } = startAgent(folder.path, { SMARTSYNC_LDAP_URL: '', ...env }, async (settings) => {
      tested.push(settings);
      return found;
    }));
    page = await servePage(agent, 0);
    url = `http://127.0.0.1:${page.port}`;
  };
  beforeEach(() => {
    folder = agentFolder();
    found = untrusted;
    tested = [];
  });
  afterEach(async () => {
    await page?.close(0);
    await agent?.close(0);
    folder.remove();
  });

  const signIn = async (jar = new Jar()): Promise<{ jar: Jar; first: Answer }> => {
    const form = await jar.get(`${url}/sign-in`);
    return { jar, first: await jar.submit(jar.form(form, /sign-in/), { code: page.code }) };
  };

  it('is for who knows the code, on this machine, and asked by no name that another site can have', async () => {
    await start();
    for (const path of ['/', '/directory']) {
      const answer = await send(url + path);
      expect([answer.status, answer.location], path).to.deep.equal([303, `${url}/sign-in`]);
    }
    expect((await send(`${url}/`, { form: { csrf: '', server: 'https://evil.example/x' } })).location).to.equal(`${url}/sign-in`);
    expect((await send(`${url}/sign-in`, { form: { code: 'wrong' } })).status).to.equal(403);
    expect(agent.store.current.server).to.equal(undefined);
    const askedBy = (host: string) =>
      new Promise((resolve) => request(`${url}/sign-in`, { headers: { host } }, (answer) => resolve(answer.resume().statusCode)).end());
    for (const host of ['evil.example', `evil.example:${page.port}`, '127.0.0.1.evil.example', '10.0.0.5'])
      expect(await askedBy(host), host).to.equal(403);
    for (const host of ['localhost', `127.0.0.1:${page.port}`, '127.0.0.1:9000']) expect(await askedBy(host), host).to.equal(200);
  });

  it('takes few codes in a minute, and no session for ever', () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    for (let n = 0; n < 10; n++) expect(sessions.open('wrong')).to.equal(undefined);
    expect(sessions.open(sessions.code)).to.equal('wait');
    now += 6000;
    const session = sessions.open(` ${sessions.code} `);
    if (!session || session === 'wait') throw new Error('the code was refused');
    expect(sessions.find(session.id)).to.equal(session);
    now += 61 * 60_000;
    expect(sessions.find(session.id)).to.equal(undefined);
  });

  it('a form of another site changes nothing, and the cookie does not go to one', async () => {
    await start();
    const { jar, first } = await signIn();
    expect(first.text).to.contain('name="csrf"');
    const set = (await send(`${url}/sign-in`, { form: { code: page.code } })).setCookie[0];
    expect(set).to.contain('HttpOnly').and.to.contain('SameSite=Strict');
    for (const form of [{ server: 'https://evil.example/x' }, { csrf: 'x', server: 'https://evil.example/x' }] as Record<string, string>[])
      expect((await jar.get(`${url}/`, { form })).status).to.equal(403);
    const own = jar.form(first, /\/$/);
    expect(
      (await jar.get(own.action, { form: { ...own.fields, server: 'https://evil.example/x' }, headers: { 'sec-fetch-site': 'same-site' } }))
        .status,
    ).to.equal(403);
    expect(agent.store.current.server).to.equal(undefined);
    await jar.submit(jar.form(first, /sign-out/), {});
    expect((await jar.get(`${url}/`)).status).to.equal(303);
  });

  it('another site uses up none of the codes that may be tried', async () => {
    await start();
    for (const site of ['cross-site', 'same-site'])
      for (let n = 0; n < 12; n++)
        expect((await send(`${url}/sign-in`, { form: { code: 'wrong' }, headers: { 'sec-fetch-site': site } })).status).to.equal(403);
    const signedIn = await send(`${url}/sign-in`, { form: { code: page.code }, headers: { 'sec-fetch-site': 'same-origin' } });
    expect([signedIn.status, signedIn.location]).to.deep.equal([303, `${url}/`]);
  });

  it('a fault is named at its field, and nothing that was typed is lost', async () => {
    await start();
    const { jar, first } = await signIn();
    const refused = await jar.submit(jar.form(first, /\/$/), { server: 'http://id.example.com/acme', token: 'my-token' });
    expect(refused.text)
      .to.contain('value="http://id.example.com/acme"')
      .and.to.contain('value="my-token"')
      .and.to.contain('id="server-fault"');
    const tab = await jar.get(`${url}/directory`);
    const typed = {
      ldapUrls: 'dc1.example.com\nftp://dc2',
      encryption: 'starttls',
      bindDn: 'cn=<sync>',
      bindPassword: 'p4ss',
      baseDn: 'dc=x',
      ca: 'nonsense',
      pinnedFingerprints: 'zz',
    };
    const again = await jar.submit(jar.form(tab, /directory/), { ...typed, action: 'save' });
    for (const id of ['ldapUrls', 'ca', 'pinnedFingerprints']) expect(again.text).to.contain(`id="${id}-fault"`);
    for (const value of ['ldap://dc1.example.com', 'ftp://dc2', 'cn=&lt;sync&gt;', 'dc=x', 'nonsense', 'zz', 'value="starttls" checked'])
      expect(again.text).to.contain(value);
    expect(again.text).not.to.contain('p4ss');
    expect(agent.store.current.ldapUrls).to.deep.equal([]);
    const mended = await jar.submit(jar.form(again, /directory/), {
      ldapUrls: 'dc1.example.com',
      ca: '',
      pinnedFingerprints: '',
      bindPassword: '',
      action: 'save',
    });
    expect(mended.url).to.equal(`${url}/directory?saved`);
    expect(agent.store.current).to.include({ bindPassword: 'p4ss', bindDn: 'cn=<sync>', startTls: true });
    expect((await jar.get(`${url}/directory`)).text).not.to.contain('p4ss');
  });

  it('tests what is typed without keeping it, shows a certificate that is not trusted, and pins it', async () => {
    await start();
    const { jar } = await signIn();
    const tab = await jar.get(`${url}/directory`);
    const shown = await jar.submit(jar.form(tab, /directory/), {
      ldapUrls: 'dc1.example.com',
      bindDn: 'cn=sync',
      bindPassword: 'p4ss',
      action: 'test',
    });
    expect(tested[0]).to.deep.include({ urls: ['ldaps://dc1.example.com'], bindDn: 'cn=sync', bindPassword: 'p4ss', startTls: false });
    for (const text of [fingerprint, 'CN=dc1 &lt;b&gt;', 'CN=Example CA', 'an authority this computer does not trust'])
      expect(shown.text).to.contain(text);
    expect(agent.store.current.ldapUrls).to.deep.equal([]);
    found = working;
    const pinned = await jar.submit(jar.form(shown, /directory/), { pin: fingerprint });
    expect(tested[1]).to.deep.include({ pinnedFingerprints: [fingerprint], bindPassword: 'p4ss' });
    expect(pinned.text).to.contain('Connection successful').and.to.contain('No entry matches');
    await jar.submit(jar.form(pinned, /directory/), { action: 'save' });
    expect(directory.looks, 'without a directory').to.equal(0);
    expect(agent.store.current).to.deep.include({ pinnedFingerprints: [fingerprint], ldapUrls: ['ldaps://dc1.example.com'] });
    const plain = await jar.submit(jar.form(pinned, /directory/), {
      ldapUrls: 'ldap://dc1.example.com',
      encryption: 'ldaps',
      action: 'save',
    });
    expect(plain.text).to.contain('but LDAPS is selected');
  });

  it('lets the directory be looked at where a test shows that it takes the bind again', async () => {
    await start({ SMARTSYNC_LDAP_URL: 'ldaps://dc1.example.com' });
    const { jar } = await signIn();
    const test = async () => jar.submit(jar.form(await jar.get(`${url}/directory`), /directory/), { action: 'test' });
    await test();
    expect(directory.looks).to.equal(0);
    found = working;
    await test();
    expect(directory.looks).to.equal(1);
  });

  it('what the environment sets can be read, and is not changed', async () => {
    await start({
      SMARTSYNC_LDAP_URL: 'ldaps://dc9.example.com',
      SMARTSYNC_BIND_PASSWORD: 'from-env',
      SMARTSYNC_SERVER: 'https://id.example.com/acme',
    });
    const { jar } = await signIn();
    const tab = await jar.get(`${url}/directory`);
    expect(tab.text).to.contain('SMARTSYNC_LDAP_URL').and.not.to.contain('from-env');
    await jar.submit(jar.form(tab, /directory/), { ldapUrls: 'dc1.example.com', bindPassword: 'other', baseDn: 'dc=page', action: 'save' });
    expect(agent.store.current).to.deep.include({ ldapUrls: ['ldaps://dc9.example.com'], bindPassword: 'from-env', baseDn: 'dc=page' });
  });

  it('has words in every language for each fault and each check', () => {
    for (const locale of ['en', 'es', 'pt-BR'] as const) {
      const t = translator(locale);
      const keys = [
        ...linkFaults.map(linkFaultKey),
        ...faults.map((fault) => `smartsync.faults.${fault.replaceAll('-', '_')}`),
        ...checks.map((check) => `smartsync.checks.${check}`),
        ...Object.keys({ ldapUrls: 1, bindDn: 1, bindPassword: 1, baseDn: 1, ca: 1, pinnedFingerprints: 1, server: 1, token: 1 }).map(
          (name) => `smartsync.rules.${name.toLowerCase()}`,
        ),
      ];
      expect(
        keys.filter((key) => t(key) === key),
        locale,
      ).to.deep.equal([]);
      expect(new Set(keys.slice(0, -8).map((key) => t(key))).size).to.be.at.least(linkFaults.length + faults.length);
    }
  });

  describe('in a browser without script', function () {
    this.timeout(120_000);
    let browser: Browser;
    let server: SmartSyncServer;
    before(async function () {
      needSoftware(this, 'chromium');
      browser = await launchChromium();
      server = await startSmartSyncServer();
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    const looks = {
      'desktop, en': { viewport: desktop, locale: 'en' },
      'phone, pt-BR': { viewport: phone, locale: 'pt-BR' },
      'phone, dark, es': { viewport: phone, locale: 'es', dark: true },
    };
    for (const [look, options] of Object.entries(looks))
      it(`an administrator sets SmartSync up from nothing (${look})`, async () => {
        await start();
        const context: BrowserContext = await openBrowserContext(browser, options);
        const tab: Page = await context.newPage();
        await disableScript(tab);
        const at = async (what: string) => {
          expect(await tab.getAttribute('html', 'lang'), what).to.equal(options.locale);
          await expectAccessible(tab, what);
        };
        await tab.goto(url);
        await tab.fill('#code', 'wrong');
        await tab.press('#code', 'Enter');
        await at('a wrong code');
        await tab.fill('#code', page.code);
        await tab.press('#code', 'Enter');
        await tab.waitForSelector('#server');
        await at('not set up');
        await tab.fill('#server', server.address);
        await tab.fill('#token', 'wrong-token');
        await tab.press('#token', 'Enter');
        await tab.waitForSelector('#token-fault');
        await at('a refused token');
        expect(await tab.inputValue('#token')).to.equal('wrong-token');
        await tab.fill('#token', 'token-1');
        await tab.press('#token', 'Enter');
        await tab.waitForSelector('.state.good');
        await at('connected');
        expect(await tab.textContent('main'))
          .to.contain('Head office')
          .and.not.to.contain('token-1');
        await tab.click('header a[href="/directory"]');
        await tab.fill('#ldapUrls', 'dc1.example.com');
        await tab.fill('#bindDn', 'cn=sync,dc=example,dc=com');
        await tab.fill('#bindPassword', 'p4ss');
        await tab.click('button[value=test]');
        await tab.waitForSelector('.report');
        await at('a certificate that is not trusted');
        found = working;
        await tab.click(`button[value="${fingerprint}"]`);
        await tab.waitForSelector('.report li.warning');
        await at('a test that works');
        await tab.click('button[value=save]');
        await tab.waitForURL(/saved/);
        await at('saved');
        expect(agent.store.current).to.deep.include({ ldapUrls: ['ldaps://dc1.example.com'], bindPassword: 'p4ss' });
        await tab.click('footer a[lang=es]');
        expect(await tab.getAttribute('html', 'lang')).to.equal('es');
        await context.close();
      });
  });
});
