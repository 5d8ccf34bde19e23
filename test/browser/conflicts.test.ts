import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../src/domain/people/groups/index.ts';
import { looks, useAdministrator } from '../support/administrator.ts';
import { passwords, signedIn } from '../support/server.ts';

const crm = {
  code: 'crm',
  name: 'CRM',
  oidc: {
    client_id: 'crm',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://crm.acme.example/callback'],
    claims: ['mail', 'given'].map((name) => ({ name, from: 'email' })),
  },
};
const carla = { email: 'carla@acme.example', firstName: 'Carla', lastName: 'Lima', role: 'administrator', password: passwords.joao };

for (const [look, options] of Object.entries(looks))
  describe(`two administrators edit one group: ${look}`, function () {
    this.timeout(120_000);
    const me = useAdministrator(options, { users: [carla], applications: [crm] });
    const value = (page: Page, name: string) => page.inputValue(`[name="${name}"]`);

    it('both values are side by side, the choice is a click, and one save later the page is done', async () => {
      const { groupId } = (await findGroupByName(await me.server.scope(), 'Finance'))!;
      const path = `/admin/groups/${groupId}/edit`;
      await me.open(path);
      const other = await signedIn(me.server.baseUrl, carla.email, carla.password);
      await other.submit(other.form(await other.get(me.at(path)), /edit$/), { name: 'Finance and payroll', description: 'Pays everybody' });
      await me.page.fill('#name', 'Treasury');
      await me.send();
      const choice = me.page.locator('.conflict');
      await choice.waitFor();
      await me.look('conflict');
      expect(await choice.textContent())
        .to.contain('Finance and payroll')
        .and.to.contain('Treasury')
        .and.to.contain('Carla Lima');
      expect(await value(me.page, 'description')).to.equal('Pays everybody');
      const [left, right] = await Promise.all([0, 1].map((i) => me.page.locator('.conflict-side').nth(i).boundingBox()));
      if (options.viewport.width > 700) expect(left!.y).to.equal(right!.y);
      else expect(right!.y).to.be.greaterThan(left!.y + left!.height - 1);
      // by keyboard: the choice, which the form follows, and the box's own button
      expect(await value(me.page, 'name'), 'what is ticked').to.equal('Finance and payroll');
      await choice.locator('[type=radio]').first().focus();
      for (const [key, shown] of [
        ['ArrowDown', 'Treasury'],
        ['ArrowUp', 'Finance and payroll'],
        ['ArrowDown', 'Treasury'],
      ] as const) {
        await me.page.keyboard.press(key);
        if (me.hasScript) expect(await value(me.page, 'name')).to.equal(shown);
      }
      await me.page.keyboard.press('Tab');
      expect(await me.page.evaluate(`document.activeElement.matches('.conflict [type=submit]')`)).to.equal(true);
      await me.page.keyboard.press('Enter');
      await me.page.waitForURL(new RegExp(`${groupId}(\\?|$)`));
      expect(await me.main())
        .to.contain('Treasury')
        .and.to.contain('Pays everybody');
    });

    it('of a table that was typed every row is kept, though the form has fewer now', async () => {
      const { applicationId } = (await findApplicationByCode(await me.server.scope(), 'crm'))!;
      const path = `/admin/applications/${applicationId}/edit?part=data`;
      await me.open(path);
      const other = await signedIn(me.server.baseUrl, carla.email, carla.password);
      await other.submit(other.form(await other.get(me.at(path)), /edit/), { claim_name: '' });
      const names = ['mail', 'given', 'third', 'fourth', 'fifth'];
      for (const [i, name] of names.entries()) await me.page.locator('[name=claim_name]').nth(i).fill(name);
      await me.send();
      const choice = me.page.locator('.conflict');
      await choice.waitFor();
      expect(await me.page.locator('[name=claim_name]').count()).to.be.lessThan(names.length);
      await choice.locator('[type=radio][value=mine]').check();
      await choice.locator('[type=submit]').click();
      await me.page.waitForURL(/data(\?|$)/);
      const { oidc } = (await findApplicationByCode(await me.server.scope(), 'crm'))!;
      expect(oidc!.claims!.map(({ name }) => name)).to.deep.equal(names);
    });
  });
