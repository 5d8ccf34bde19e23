import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { changeStatus, createUser, findUserByLogin } from '../../src/domain/people/users/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { looks, useAdministrator } from '../support/administrator.ts';

const people = [
  { username: 'paula', firstName: 'Paula', lastName: 'Prado' },
  { username: 'bento', firstName: 'Bento', lastName: 'Blocked' },
  { email: 'mara@acme.example', firstName: 'Mara', lastName: 'Mota', password: 'a long password of mara' },
];

/** What is done to one person or one group, each with its question before. */
for (const [name, options] of Object.entries(looks))
  describe(`people and groups, one by one (${name})`, function () {
    this.timeout(120_000);
    const administrator = useAdministrator(options, { groups: [{ name: 'Team' }], users: people });
    const { look, open, press, send, main, finish } = administrator;
    let page: Page;
    let scope: Scope;
    const person = async (login: string) => (await findUserByLogin(scope, login))!;
    /** From the person's page by its button to the question, and yes. */
    const act = async (login: string, action: string) => {
      await open(`/admin/users/${(await person(login)).userId}`);
      await press(`a[href$="/${action}"]`);
      await look(action);
      await send();
      await look(`after ${action}`);
    };

    before(async () => {
      page = administrator.page;
      scope = await administrator.server.scope();
      await scope.db.transaction(async (db) => changeStatus({ ...scope, db }, (await person('bento')).userId, 'block'));
      await createUser(scope, { email: 'iris@acme.example', firstName: 'Iris', lastName: 'Invited', role: 'regular', status: 'invited' });
    });

    it('S86, S87: edits a person; a mistake is shown at its field', async () => {
      await open(`/admin/users/${(await person('mara@acme.example')).userId}`);
      await press('a[href$="/edit"]');
      await look('edit a person');
      const firstName = await page.inputValue('[name=firstName]');
      await page.fill('[name=firstName]', '');
      await page.fill('[name=lastName]', '');
      await page.fill('[name=department]', 'Sales');
      await send();
      expect(await page.locator('[aria-invalid=true]').count()).to.equal(1);
      await look('a mistake');
      await page.fill('[name=firstName]', firstName);
      await page.fill('[name=lastName]', 'Matos');
      await page.check('[name=role]');
      await send();
      const { lastName, department, role } = await person('mara@acme.example');
      expect({ lastName, department, role }).to.deep.equal({ lastName: 'Matos', department: 'Sales', role: 'administrator' });
    });

    it('S112, S113: sends an invitation again', async () => {
      const mail = await administrator.sink.after(() => act('iris@acme.example', 'resend-invitation'), 'iris@acme.example', '/activate/');
      expect(mail.text).to.contain('Iris');
    });

    it('S117–S119: gives somebody without e-mail a new password', async () => {
      await act('paula', 'reset-password');
      expect(await page.locator('#temporary-password').count()).to.equal(1);
    });

    it('S134–S136: unblocks', async () => {
      await act('bento', 'unblock');
      expect((await person('bento')).status).to.equal('activated');
    });

    it('S128, S129: deactivates and activates again', async () => {
      await act('paula', 'deactivate');
      expect((await person('paula')).status).to.equal('deactivated');
      await act('paula', 'reactivate');
      expect((await person('paula')).status).to.equal('activated');
    });

    it('S34: adds a field of the company, changes it, and deletes it', async () => {
      await open('/admin/custom-fields/new');
      await page.fill('[name=code]', 'badge');
      await page.fill('[name=label]', 'Badge');
      await send();
      await look('fields');
      expect(await main()).to.contain('Badge');
      await press('a[href$="/edit"]');
      await page.fill('[name=label]', 'Badge number');
      await send();
      expect(await main()).to.contain('Badge number');
      await press('a[href$="/delete"]');
      await look('delete a field');
      await send();
      expect(await main()).to.not.contain('Badge number');
    });

    it('groups: changes one, adds pasted people, and takes one away', async () => {
      await open('/admin/groups?q=team');
      await press('tbody a');
      await press('a[href$="/edit"]');
      await look('edit a group');
      await page.fill('[name=description]', 'Those who travel');
      await send();
      expect(await main()).to.contain('Those who travel');
      await page.fill('#login', 'paula\nnobody at all');
      await press('form[action$="/members"] button');
      await look('somebody unknown');
      await page.fill('#login', 'paula\nbento');
      await press('form[action$="/members"] button');
      expect(await main())
        .to.contain('Paula Prado')
        .and.to.contain('Bento Blocked');
      await press('tr:has-text("Paula") a[href$="/remove"], tr:has-text("Paula") button');
      await look('take somebody from a group');
      await send();
      expect(await page.locator('tbody').textContent()).to.not.contain('Paula');
    });

    it('the audit: how long it is kept, and a file for a spreadsheet', async () => {
      await open('/admin/audit/retention');
      await page.locator('main form[method=post] input:not([type=hidden])').first().fill('400');
      await send();
      await look('retention is set');
      await press('a[href*="/audit/export"]');
      await press('form:has([value=csv]) button');
      await finish();
      const [file] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="/file"]')]);
      expect(readFileSync(await file.path(), 'utf8')).to.contain('Paula Prado');
    });
  });
