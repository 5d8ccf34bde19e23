import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { directoryPassword, people } from '../support/directory-people.ts';
import { Console, type Locale, Reader, setUpSmartSync, type UnsetSmartSync } from '../support/directory-story.ts';
import { personDn } from '../support/ldif.ts';
import { needSoftware } from '../support/missing.ts';
import { scaleLimit } from '../support/patience.ts';
import { eventually } from '../support/process.ts';
import { type Samba, startSamba } from '../support/samba.ts';
import { type Samples, startSamples } from '../support/samples.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';

const newPassword = 'Another-Passw0rd there';
/** Who is in the OpenLDAP. */
const there = [...people(3)].map((person, n) => ({ ...person, login: `b${n}`, email: `b${n}@branch.example` }));

describe('a company’s directories in Chromium', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let samples: Samples;
  let samba: Samba;
  let slapd: Slapd;
  const agents: UnsetSmartSync[] = [];
  const errors: string[] = [];

  before(async function () {
    needSoftware(this, 'chromium', 'samba', 'slapd', 'openssl');
    server = await startTestServer({ jobs: true, config: { outboundAllow: ['localhost', '127.0.0.1'] } });
    [samba, slapd, samples, browser] = await Promise.all([
      startSamba(),
      startSlapd({ people: there }),
      startSamples(server),
      launchChromium(),
    ]);
    await samba.addPeople(people(120));
    await samba.addGroup('Bookkeeping', ['p000001', 'p000002']);
  });
  after(async () => {
    await browser?.close();
    samples?.stop();
    await Promise.all(agents.map((agent) => agent.stop()));
    await Promise.all([samba?.stop(), slapd?.stop()]);
    await server?.close();
    expect(errors).to.deep.equal([]);
  });

  const mail = (n: number) => `p${String(n).padStart(6, '0')}@directory.example`;
  const open = (locale: Locale) => Reader.open(browser, locale);
  const changePassword = async (reader: Reader, oldPassword: string) => {
    await reader.page.waitForURL(/network-password$/);
    await reader.look();
    await reader.fill({ currentPassword: oldPassword, newPassword, repeatPassword: newPassword });
    await reader.page.click('main button[type=submit]');
  };

  describe('Active Directory (pt-BR)', () => {
    let admin: Console;
    let directory: string;
    before(async () => {
      admin = await Console.open(browser, server, 'pt-BR');
    });
    after(async () => {
      errors.push(...(admin?.reader.errors ?? []));
      await admin?.reader.close();
    });

    const openPerson = async (login: string) => {
      await admin.go(`/admin/users?q=${login}`);
      await admin.reader.press('main td a[href*="/admin/users/"]', /users\/[0-9a-f-]{36}$/);
    };
    const isDisabledThere = async (login: string) => {
      const client = await samba.client();
      const { searchEntries } = await client.search(await samba.find(login), { scope: 'base', attributes: ['userAccountControl'] });
      await client.unbind();
      return (Number(searchEntries[0]!.userAccountControl) & 2) !== 0;
    };

    it('S98, S102: before there is a directory, the page of a person says nothing of one', async () => {
      await openPerson('jsilva');
      expect(await admin.reader.page.locator('.box-empty').count()).to.equal(1);
    });

    it('S11, S12, S13, S15: needs a name here, and the token and the directory’s connection at SmartSync, whose certificate is trusted as it is shown', async () => {
      const { path, ...token } = await admin.nameDirectory('Matriz');
      directory = path;
      const { dn: bindDn, password: bindPassword } = samba.writer;
      agents.push(await setUpSmartSync(browser, 'pt-BR', token, { url: samba.url, bindDn, bindPassword }));
      await eventually(async () => {
        await admin.go(directory);
        expect(await admin.reader.page.locator('main .heading .status-good').textContent()).to.contain('Configurado');
      });
    });

    it('S10, S16: the first run shows who would come, and asks; they wait', async () => {
      await admin.go(`${directory}/edit`);
      await admin.reader.fill({ 'settings.readEverySeconds': '15' });
      await admin.reader.press('form.form-page button.btn-primary:visible', /directories\/[0-9a-f-]{36}/);
      await admin.approveFirstRun(directory);
      await admin.go(`${directory}/entries?state=pending&q=${mail(1)}`);
      expect(await admin.reader.main()).to.contain(mail(1));
      await admin.go(`/admin/users?q=${mail(1)}`);
      // what was looked for stands in the page, too
      expect((await admin.reader.page.locator('main tbody').allInnerTexts()).join('\n')).not.to.contain(mail(1));
    });

    it('S17, S18, S20, S21: all are accepted, with progress; who cannot come goes on waiting with the reason', async () => {
      await admin.acceptAll(directory);
      expect(admin.reader.page.url()).to.match(/operations\//);
      await admin.go(`/admin/users?q=${mail(1)}`);
      expect(await admin.reader.main())
        .to.contain(mail(1))
        .and.to.contain('Ativado');
      await admin.go('/admin/groups?q=Bookkeeping');
      expect(await admin.reader.main()).to.contain('Bookkeeping');
      await admin.go(`${directory}/entries?state=pending&q=Service`);
      expect(await admin.reader.main())
        .to.contain('Service')
        .and.to.contain('e-mail');
    });

    it('S2, S14, S24: they sign in by the password of the network, at an application by OpenID Connect (en) and one by SAML (es)', async () => {
      await admin.letSignInByDirectory();
      const [oidc, saml] = [await open('en'), await open('es')];
      await oidc.signInAt(samples.oidc, mail(1), 'a wrong guess');
      await oidc.page.waitForSelector('#password-fault, [role=alert]');
      await oidc.look();
      await oidc.signIn(mail(1), directoryPassword);
      expect(await oidc.who()).to.equal('Ana Souza');
      await saml.signInAt(samples.saml, mail(2), directoryPassword);
      expect(await saml.who()).to.equal(mail(2));
      expect(await saml.page.textContent('table'), 'the groups of the directory').to.contain('Bookkeeping');
      await Promise.all([oidc.close(), saml.close()]);
    });

    it('one whose password has to change changes it on our page, and goes on to the application (en)', async () => {
      await samba.expirePassword('p000003');
      const reader = await open('en');
      await reader.signInAt(samples.oidc, mail(3), directoryPassword);
      await changePassword(reader, directoryPassword);
      expect(await reader.who()).to.equal('José María Núñez Ibáñez');
      await reader.close();
    });

    it('one who is disabled there is out within a minute: session, application and all', async () => {
      const reader = await open('en');
      await reader.signInAt(samples.oidc, mail(4), directoryPassword);
      await reader.who();
      const since = Date.now();
      await samba.disable('p000004');
      await eventually(async () => {
        await reader.page.goto(`${server.issuer}/launchpad`);
        expect(await reader.page.locator('#password').count()).to.equal(1);
      }, 60_000);
      expect(Date.now() - since).to.be.below(scaleLimit(60_000));
      await eventually(async () => {
        await reader.page.goto(samples.oidc);
        expect(await reader.page.locator('#who').count(), 'told by back-channel').to.equal(0);
      });
      await reader.signInAt(samples.oidc, mail(4), directoryPassword);
      await reader.page.waitForSelector('#password');
      await reader.look();
      await reader.close();
      await admin.go(`/admin/users?q=${mail(4)}`);
      expect(await admin.reader.main()).to.contain('Desativado');
    });

    it('S19, S132: one who is deleted here is found under Rejected, and comes back only when an administrator says so', async () => {
      const { page } = admin.reader;
      await openPerson(mail(5));
      await admin.reader.press('a[href$="/delete"]', /delete$/);
      await page.click('main form[method=post] button[type=submit]');
      await eventually(async () => {
        await admin.go(`${directory}/entries?state=rejected`);
        expect(await admin.reader.main()).to.contain(mail(5));
      });
      await page.check('input[name=entry]');
      await page.click('button[value=put-back]');
      await admin.go(`${directory}/entries?state=pending&q=${mail(5)}`);
      await page.check('input[name=entry]');
      await page.click('button[value=accept]');
      await page.waitForSelector('[role=status]');
      const reader = await open('pt-BR');
      await reader.signInAt(samples.oidc, mail(5), directoryPassword);
      expect(await reader.who()).to.equal('Nguyễn Thị Hồng');
      await reader.close();
    });

    it('S84, S98–S101, S104–S106: an administrator creates a person there, who signs in with the temporary password and has to change it (pt-BR)', async () => {
      const { page } = admin.reader;
      await openPerson('jsilva');
      await admin.reader.press('main a[href$="/provision"]', /provision$/);
      expect(await page.inputValue('[name=rootDn]')).to.equal(samba.baseDn);
      await admin.reader.fill({ rootDn: `OU=People,${samba.baseDn}`, password: 'Temporary-1', repeatPassword: 'Temporary-1' });
      await admin.reader.press('form[action$="/provision"] button.btn-primary', /users\/[0-9a-f-]{36}$/);
      const box = await page.textContent('.box-good');
      for (const detail of [samba.baseDn, samba.realm, 'ObjectGUID', 'ImmutableID']) expect(box, detail).to.contain(detail);
      expect(await samba.find('jsilva')).to.contain(`OU=People,${samba.baseDn}`);
      const reader = await open('pt-BR');
      await reader.signInAt(samples.oidc, 'jsilva', 'Temporary-1');
      await changePassword(reader, 'Temporary-1');
      expect(await reader.who()).to.equal('João da Silva');
      await reader.close();
    });

    it('S23, S128: one who is deactivated here is disabled there, where the company wants it, and back', async () => {
      const { page } = admin.reader;
      await admin.go('/admin/directories/rules');
      await page.check('[name=stateToDirectory]');
      await admin.reader.press('form.form-page button.btn-primary', /rules/);
      for (const [action, isDisabled] of [
        ['deactivate', true],
        ['reactivate', false],
      ] as const) {
        await openPerson('jsilva');
        await admin.reader.press(`main .actions a[href$="/${action}"]`, new RegExp(`${action}$`));
        await admin.reader.press('main form[method=post] button[type=submit]', /users\/[0-9a-f-]{36}$/);
        await eventually(async () => expect(await isDisabledThere('jsilva')).to.equal(isDisabled), 30_000);
      }
      const reader = await open('pt-BR');
      await reader.signInAt(samples.oidc, 'jsilva', newPassword);
      expect(await reader.who()).to.equal('João da Silva');
      await reader.close();
    });

    it('all pages are as good in English', async () => {
      await admin.readAgainIn(browser, 'en');
    });
  });

  describe('OpenLDAP (es)', () => {
    let admin: Console;
    let directory: string;
    before(async () => {
      admin = await Console.open(browser, server, 'es');
    });
    after(async () => {
      errors.push(...(admin?.reader.errors ?? []));
      await admin?.reader.close();
    });

    it('S10, S22: is a second directory of the company, set up in the same way', async () => {
      const { path, ...token } = await admin.nameDirectory('Sucursal');
      directory = path;
      const { ldapsUrl: url, writerDn: bindDn, writerPassword: bindPassword } = slapd;
      agents.push(await setUpSmartSync(browser, 'es', token, { url, bindDn, bindPassword }));
      await eventually(async () => {
        await admin.go(directory);
        expect(await admin.reader.page.locator('main .heading .status-good').textContent()).to.contain('Configurado');
      });
      await admin.approveFirstRun(directory);
      await admin.acceptAll(directory);
      await admin.go('/admin/directories');
      expect(await admin.reader.main())
        .to.contain('Active Directory')
        .and.to.contain('OpenLDAP');
    });

    it('S14, S24: they sign in, and change what has to change', async () => {
      const reader = await open('es');
      await reader.signInAt(samples.saml, there[0]!.email!, directoryPassword);
      expect(await reader.who()).to.equal(there[0]!.email);
      await reader.close();
      await slapd.replace(personDn(there[1]!, slapd.baseDn), { pwdReset: 'TRUE' });
      const other = await open('es');
      await other.signInAt(samples.oidc, there[1]!.email!, directoryPassword);
      await changePassword(other, directoryPassword);
      expect(await other.who()).to.equal('João da Silva');
      await other.close();
    });

    it('S103: an administrator creates a person there, and chooses in which directory', async () => {
      const { page } = admin.reader;
      await admin.go('/admin/users/new');
      await admin.reader.fill({ firstName: 'Luz', lastName: 'Prado' });
      await page.check('[name=access][value=username]');
      await admin.reader.fill({ username: 'luz' });
      await page.check('[name=activation][value=temporary-password]');
      await admin.reader.press('.form-page > .d-flex button[type=submit]', /users\/[0-9a-f-]{36}$/);
      await admin.reader.press('main a[href$="/provision"]', /provision$/);
      await page.selectOption('#directory', { label: 'Sucursal' });
      await admin.reader.press('.form-choose button', /provision\?/);
      await admin.reader.fill({ rootDn: `ou=People,${slapd.baseDn}`, password: 'Temporary-1', repeatPassword: 'Temporary-1' });
      await admin.reader.press('form[action$="/provision"]:not(.form-choose) button.btn-primary', /users\/[0-9a-f-]{36}$/);
      const reader = await open('es');
      await reader.signInAt(samples.oidc, 'luz', 'Temporary-1');
      await changePassword(reader, 'Temporary-1');
      expect(await reader.who()).to.equal('Luz Prado');
      await reader.close();
    });
  });
});
