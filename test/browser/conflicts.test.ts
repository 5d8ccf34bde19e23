import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { findGroupByName } from '../../src/domain/people/groups/index.ts';
import { looks, useAdministrator } from '../support/administrator.ts';
import { passwords, signedIn } from '../support/server.ts';

const carla = { email: 'carla@acme.example', firstName: 'Carla', lastName: 'Lima', role: 'administrator', password: passwords.joao };

for (const [look, options] of Object.entries(looks))
  describe(`two administrators edit one group: ${look}`, function () {
    this.timeout(120_000);
    const me = useAdministrator(options, { users: [carla] });
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
  });
