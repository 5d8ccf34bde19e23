import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { verifyAuditFile } from '../../src/domain/administration/audit-keeping/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { dayIn } from '../../src/platform/clock/index.ts';
import { looks, useAdministrator } from '../support/administrator.ts';
import { linkIn, type MailSink } from '../support/mail-sink.ts';
import { eventually } from '../support/process.ts';
import type { TestServer } from '../support/server.ts';

const more = {
  groups: Array.from({ length: 12 }, (_, i) => ({ name: `Team ${i}` })),
  customFields: [{ code: 'cost_center', label: 'Cost centre', type: 'text' }],
};

/** By the names of fields and the addresses of pages, which are the same in every language. */
for (const [name, options] of Object.entries(looks))
  describe(`an administrator’s day (${name})`, function () {
    this.timeout(120_000);
    const administrator = useAdministrator(options, more);
    const { hasScript, at, look, open, press, unfold, main, finish } = administrator;
    let page: Page;
    let server: TestServer;
    let sink: MailSink;
    before(() => {
      ({ page, server, sink } = administrator);
    });

    const idOf = async (login: string) => (await findUserByLogin(await server.scope(), login))!.userId;
    const statusOf = async (login: string) => (await findUserByLogin(await server.scope(), login))?.status;
    it('Home greets with numbers and leads on', async () => {
      await look('home');
      expect(await page.locator('.tile-number').count()).to.equal(6);
    });

    it('S48–S70: adds a person in three parts, and sees the temporary password (S62, S80)', async () => {
      await open('/admin/users');
      await press('a.btn-primary');
      await look('add a person');
      await page.fill('[name=firstName]', 'Eva');
      await page.fill('[name=lastName]', 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren');
      await page.check('[name=access][value=username]');
      await page.fill('[name=username]', 'eva');
      await page.check('[name=activation][value=temporary-password]');
      await page.fill('[name=custom_cost_center]', '4711');
      const tab = async (i: number) => {
        if (hasScript) await page.locator('[role=tab]').nth(i).click();
      };
      await tab(1);
      await page.fill('#groups_search', 'team 7');
      // Enter looks, and adds nobody yet
      if (hasScript) await page.press('#groups_search', 'Enter');
      else await page.click('button[name=find][value=groups]');
      await page.waitForLoadState();
      await page.check('input[name=groups]');
      await look('groups of a new person');
      await tab(2);
      await page.check('label:has-text("Mobile") input');
      await press('.form-page > .d-flex button.btn-primary');
      await page.waitForURL(/users\/[0-9a-f-]{36}/);
      await look('a person');
      expect(await main())
        .to.contain('Team 7')
        .and.to.contain('Mobile')
        .and.to.contain('4711');
      expect(await page.locator('#temporary-password').count()).to.equal(1);
      if (!hasScript) return;
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.click('[data-copy=temporary-password]');
      const button = page.locator('[data-copy=temporary-password]');
      await eventually(async () => expect(await button.textContent()).to.equal(await button.getAttribute('data-copied')));
      expect(await page.evaluate('navigator.clipboard.readText()'), 'S115').to.equal(await page.textContent('#temporary-password'));
    });

    // the browser's own keys serve where there is no script
    if (hasScript)
      it('keyboard: tabs by arrows, the row menu by Enter and Escape', async () => {
        await page.goto(at('/admin/users/new'));
        await page.locator('[role=tab]').first().focus();
        await page.keyboard.press('ArrowRight');
        expect(await page.locator('[role=tab][aria-selected=true]').getAttribute('aria-controls')).to.equal('section-1');
        await page.goto(at('/admin/users'));
        const menu = page.locator('tbody .row-menu summary').first();
        await menu.focus();
        await page.keyboard.press('Enter');
        expect(await page.locator('.row-menu[open]').count()).to.equal(1);
        await look('an open row menu');
        await page.keyboard.press('Escape');
        expect(await page.locator('.row-menu[open]').count()).to.equal(0);
        expect(await page.evaluate("document.activeElement.closest('.row-menu') !== null")).to.equal(true);
      });

    it('S50, S51: searches by kind and filters; the address keeps both, Clear shows everybody again', async () => {
      await open('/admin/users');
      await unfold();
      await page.selectOption('#by', 'username');
      await page.fill('#q', 'EV');
      await page.selectOption('#role', 'regular');
      if (hasScript) await page.locator('#q').press('Enter');
      else await press('#filter button[type=submit]');
      await page.waitForURL(/q=/);
      expect(await page.locator('tbody tr').count()).to.equal(1);
      expect(page.url())
        .to.match(/by=username/)
        .and.to.match(/role=regular/);
      await press('.chips a.btn');
      expect(await page.locator('tbody tr').count()).to.equal(3);
    });

    it('S91–S96: from the row menu to groups and applications of the person', async () => {
      const id = await idOf('eva');
      await page.goto(at('/admin/users'));
      await page.locator(`tr:has(a[href$="${id}"]) .row-menu summary`).click();
      await press(`.row-menu[open] a[href$="/groups/add"]`);
      await look('link groups');
      await page.check('label:has-text("Team 3") input');
      await press('.form-page > .d-flex button.btn-primary');
      await look('manage groups');
      expect(await main()).to.contain('Team 3');
      await press('tr:has-text("Team 3") button');
      expect(await main()).to.not.contain('Team 3');
      await open(`/admin/users/${id}/applications`);
      await press('tr:has-text("Mobile") button');
      await look('manage applications');
      expect(await main()).to.not.contain('Mobile');
    });

    it('S120–S127: plans a temporary deactivation, and deletes it', async () => {
      const id = await idOf('eva');
      await open(`/admin/users/${id}`);
      await press('a[href$="/temporary-deactivation"]');
      await page.fill('#startsOn', dayIn('UTC', new Date(Date.now() + 86_400_000)));
      await page.fill('#endsOn', dayIn('UTC', new Date()));
      await press('main form button[type=submit]');
      expect(await page.locator('[aria-invalid=true]').count(), 'an end before the start').to.equal(1);
      await look('a wrong period');
      await page.fill('#endsOn', dayIn('UTC', new Date(Date.now() + 9 * 86_400_000)));
      await press('main form button[type=submit]');
      await look('a planned deactivation');
      await press('a[href$="/temporary-deactivation/remove"]');
      await press('main form button[type=submit]');
      expect(await page.locator('a[href$="/temporary-deactivation/remove"]').count()).to.equal(0);
    });

    it('S128, S129: many are deactivated and activated again, with progress', async () => {
      for (const [change, status] of [
        ['deactivate', 'deactivated'],
        ['reactivate', 'activated'],
      ] as const) {
        await page.goto(at('/admin/users?q=eva'));
        await page.check('tbody input[name=user]');
        await page.selectOption('#change', change);
        await press('#bulk button');
        await look('many: asked first');
        await press('main form button[type=submit]');
        await finish();
        expect(await statusOf('eva')).to.equal(status);
      }
    });

    it('S52–S55: exports the list; the link of the mail gives the file', async () => {
      await open('/admin/users');
      await press('a[href*="/users/export"]');
      await look('export');
      const mail = await sink.after(() => press('main form button[type=submit]'), 'ana@acme.example', '/exports/');
      const [file] = await Promise.all([page.waitForEvent('download'), page.goto(linkIn(mail)).catch(() => {})]);
      expect(readFileSync(await file.path(), 'utf8')).to.contain('eva');
      await page.waitForLoadState();
      await look('the download');
    });

    it('imports people after a look at them; a mistake is named with its line', async () => {
      await open('/admin/users/import');
      const send = async (content: string) => {
        await page.setInputFiles('#file', { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
        await page.check('[name=activation][value=temporary-password]');
        await press('main form button[type=submit]');
      };
      await send('firstName,lastName,username\nIvo,Sá,ivo\nIvo,Sá,ivo');
      await look('an import with a mistake');
      expect(await page.locator('.alert-fault li').count()).to.equal(1);
      await send('firstName,lastName,username\nIvo,Sá,ivo');
      await look('an import to be confirmed');
      await press('main form button[type=submit]');
      await finish();
      expect(await statusOf('ivo')).to.equal('activated');
    });

    it('S88–S90: exports a person’s data once their name was typed', async () => {
      await open(`/admin/users/${await idOf('ivo')}/personal-data`);
      await page.fill('#confirmation', 'somebody else');
      await press('main form button[type=submit]');
      expect(await page.locator('[aria-invalid=true]').count()).to.equal(1);
      await page.fill('#confirmation', 'ivo');
      const [file] = await Promise.all([page.waitForEvent('download'), page.click('main form button[type=submit]')]);
      expect(JSON.parse(readFileSync(await file.path(), 'utf8')).person.username).to.equal('ivo');
      if (!hasScript) return;
      await page.waitForSelector('main form .alert-done');
      expect(await page.locator('[aria-invalid=true], main .invalid').count(), 'nothing is wrong any more').to.equal(0);
      await look('a file that was downloaded');
    });

    it('groups: adds one, with an application and a required second factor (S36), and deletes it', async () => {
      await open('/admin/groups');
      await press('a.btn-primary');
      await page.fill('#name', 'Auditors');
      await press('main form button[type=submit]');
      await look('a group');
      await press('a[href$="/applications/add"]');
      await look('applications of a group');
      await page.check('label:has-text("Payroll") input');
      await press('.form-page > .d-flex button.btn-primary');
      expect(await main()).to.contain('Payroll');
      const address = page.url().split('?')[0]!;
      for (const state of ['required', 'left to the policy']) {
        await press('a[href$="/second-factor"]');
        await look(`asked: ${state}`);
        await press('main form button[type=submit]');
        await look('the policy, changed or on trial');
        await page.goto(address);
        await look(`a group, ${state}`);
      }
      await page.goto(address);
      await press('a[href$="/delete"]');
      await press('main form button[type=submit]');
      expect(await main()).to.not.contain('Auditors');
    });

    it('S130, S133: deletes a person, who is gone a moment later, from the audit, too', async () => {
      const id = await idOf('ivo');
      await open(`/admin/users/${id}`);
      await press('a[href$="/delete"]');
      await look('delete a person');
      await press('main form button[type=submit]');
      await page.waitForURL(/\/users(\?|$)/);
      for (let i = 0; i < 40 && (await statusOf('ivo')); i++) await page.waitForTimeout(100);
      await open(`/admin/audit?subject=${id}`);
      expect(await page.locator('tbody tr').count()).to.be.greaterThan(2);
      expect(await page.locator('tbody').textContent()).to.not.contain('Ivo');
    });

    it('the audit report: filtered, and exported with a signature that verifies', async () => {
      await open('/admin/audit');
      await unfold();
      await page.selectOption('#type', 'user.created');
      await page.fill('#person', 'eva');
      await page.press('#person', 'Enter');
      await page.waitForURL(/person=eva/);
      await look('a filtered report');
      expect(await page.locator('tbody tr').count()).to.equal(1);
      await press('tbody summary');
      await press('a[href*="/audit/export"]');
      await look('export of the report');
      await press('form:has([value=signed]) button');
      await finish();
      const [file] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="/file"]')]);
      const result = await verifyAuditFile(
        readFileSync(await file.path(), 'utf8')
          .trim()
          .split('\n'),
      );
      expect(result.fault).to.equal(undefined);
      await open('/admin/operations');
      await open('/admin/settings');
    });
  });
