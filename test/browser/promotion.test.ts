import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { looks, useAdministrator } from '../support/administrator.ts';
import { authorizationUrl } from '../support/oidc.ts';
import { oidcApplication } from '../support/promotion.ts';
import { passwords, type TestServer } from '../support/server.ts';

/** By the names of fields and the addresses of pages, which are the same in every language. */
for (const [name, options] of Object.entries(looks))
  describe(`from approval to production and back (${name})`, function () {
    this.timeout(120_000);
    const administrator = useAdministrator(options, {});
    const { at, look, open, press } = administrator;
    let page: Page;
    let server: TestServer;
    /** The application itself, in both environments. */
    let application: Server;
    let elsewhere: string;
    before(async () => {
      ({ page, server } = administrator);
      application = createServer((_, response) => response.end('arrived')).listen(0, '127.0.0.1');
      await new Promise((resolve) => application.once('listening', resolve));
      elsewhere = `http://127.0.0.1:${(application.address() as AddressInfo).port}`;
      await server.apply({
        contexts: [
          {
            code: 'acme-approval',
            name: 'Acme (approval)',
            environment: 'approval',
            pairedWith: 'acme',
            users: [{ email: 'ana@acme.example', firstName: 'Ana', lastName: 'Souza', role: 'administrator', password: passwords.ana }],
            groups: [{ name: 'Sales' }],
            applications: [
              {
                ...oidcApplication(
                  'crm',
                  { navigable: true, assignedTo: { groups: ['Sales'] } },
                  { redirect_uris: [`${elsewhere}/approval`] },
                ),
                name: 'CRM',
              },
            ],
          },
        ],
      });
    });
    after(() => application?.close());

    /** As its own page would begin a sign-in. @returns whether it was told who somebody is */
    const signsIn = async (issuer: string, redirectUri: string): Promise<boolean> => {
      const { url } = authorizationUrl({ issuer, redirectUri }, { client_id: 'crm', scope: 'openid' });
      await page.goto(url);
      if (await page.locator('#login').count()) {
        await page.fill('#login', 'ana@acme.example');
        await page.fill('#password', passwords.ana);
        await page.click('main button[type=submit]');
        await page.waitForURL(`${elsewhere}/**`);
      }
      return page.url().startsWith(`${redirectUri}?code=`);
    };

    it('is tried in approval, where production knows nothing of it', async () => {
      expect(await signsIn(`${server.baseUrl}/acme-approval`, `${elsewhere}/approval`)).to.equal(true);
      expect(await signsIn(server.issuer, `${elsewhere}/production`)).to.equal(false);
    });

    it('is promoted: chosen, told what is production’s own, checked', async () => {
      await page.goto(at('/admin'));
      if (await page.locator('.menu-open').isVisible()) await page.click('.menu-open');
      await press('a[href$="/admin/promotion"]');
      await look('the differences');
      const row = page.locator('input[name=pick][value="application crm"]');
      expect(await row.isChecked()).to.equal(true);
      expect(await page.locator('input[name=pick][value="application payroll"]').isChecked()).to.equal(false);
      expect(await page.locator('main').textContent()).to.contain(`${elsewhere}/approval`);
      await page.uncheck('input[name=pick][value="group sales"]');
      await press('button[name=step][value=review]');
      await look('what is to be mended');
      await press('button[name=step][value=needs]');
      expect(await page.locator('input[name=pick][value="group sales"]').isChecked()).to.equal(true);
      await page.fill('[name="own application crm oidc.redirect_uris"]', `${elsewhere}/production`);
      await press('button[name=step][value=review]');
      await look('the review');
      await press('button[name=step][value=apply]');
      expect(await page.locator('.alert-fault').count(), 'a warning wants to be ticked').to.equal(1);
      for (const warning of await page.locator('input[name=accept]').all()) await warning.check();
      await press('button[name=step][value=apply]');
      await page.waitForURL(/promotion\/[0-9a-f-]{36}/);
      await look('the promotion');
      expect(await page.locator('.alert-done').count()).to.equal(1);
    });

    it('S7: people sign in to it in production', async () => {
      expect(await signsIn(server.issuer, `${elsewhere}/production`)).to.equal(true);
    });

    it('is undone by one confirmation, and is not there any more', async () => {
      await open('/admin/promotion/history');
      await press('main td a');
      await press('a[href$="/undo"]');
      await look('undoing');
      await press('button.btn-danger-strong');
      await look('undone');
      expect(await signsIn(server.issuer, `${elsewhere}/production`)).to.equal(false);
      await page.goto(at('/admin/promotion/rules'));
      await look('the rules');
    });
  });
