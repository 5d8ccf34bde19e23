import { expect } from 'chai';
import { findDirectoryByName, stateOf } from '../../src/domain/people/directories/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import type { DirectoryRequest, EntryRecord } from '../../src/smartsync-protocol/index.ts';
import { looks, useAdministrator } from '../support/administrator.ts';
import { FakeDirectory } from '../support/directory-runs.ts';
import { enrolAt, FakeAgent } from '../support/fake-agent.ts';
import { eventually } from '../support/process.ts';

for (const [name, look] of Object.entries(looks))
  describe(`browser: a directory from its name to the first account (${name})`, () => {
    const me = useAdministrator(look, {});
    const there = new FakeDirectory();
    let agent: FakeAgent | undefined;
    let token: string;
    after(() => agent?.end());

    const directory = async () => (await findDirectoryByName(await me.server.scope(), 'Matriz'))!;
    const base = async () => `/admin/directories/${(await directory()).directoryId}`;
    /** The page by itself, or by its button, says how far it is. */
    const until = (selector: string) =>
      eventually(async () => {
        if (!me.hasScript) await me.page.reload();
        expect(await me.page.locator(selector).count()).to.be.greaterThan(0);
      });

    it('is added by its name and Enter; the token is there once', async () => {
      await me.open('/admin/directories');
      await me.press('main .btn-primary');
      await me.page.fill('#name', 'Matriz');
      await me.page.press('#name', 'Enter');
      await me.page.waitForSelector('#token');
      await me.look('a new directory with its token');
      token = (await me.page.locator('#token').textContent())!;
      expect(me.page.url()).not.to.contain(token);
      await me.open(await base());
      expect(await me.page.content()).not.to.contain('smartsync_');
    });

    it('is configured once SmartSync has reached it', async () => {
      there.person('Maria Luz');
      there.person('Pedro Ramos');
      const answer = async ({ kind }: DirectoryRequest, requestId: string, from: FakeAgent) => {
        if (kind !== 'read') return { outcome: 'accepted', people: there.people };
        await from.sendBatches(requestId, [there.people as EntryRecord[]]);
        return { outcome: 'accepted', cursor: '1', isWhole: true, way: 'full', people: there.people.length, groups: 0 };
      };
      agent = new FakeAgent({ identity: (await enrolAt(me.server.issuer, token)).identity, url: me.server.issuer, answer });
      await agent.met;
      await eventually(async () => expect(stateOf(await directory())).to.equal('configured'));
      await me.open(await base());
      await me.page.waitForSelector('h1 ~ .status-good');
    });

    it('previews its mapping with one person', async () => {
      await me.open(`${await base()}/edit`);
      await me.page.fill('#person', 'maria');
      await me.press('button[name="find"]');
      await me.page.waitForSelector('#preview details[open]');
      await me.look('the preview of a mapping');
      expect(await me.page.locator('#preview').textContent()).to.contain('maria.luz@corp.example');
    });

    it('imports after an answer, and who arrived is accepted', async () => {
      await me.open(`${await base()}/runs`);
      if ((await me.page.locator('main table a').count()) === 0) await me.press('button[name="purpose"]');
      else await me.press('main table a');
      await until('form[action$="/approve"]');
      await me.look('an import that waits for an answer');
      await me.press('form[action$="/approve"] button');
      await until('h1 ~ .status-good');
      await me.open(`${await base()}/entries`);
      await me.unfold();
      await me.page.check('input[name="entry"]');
      await me.press('button[value="accept"]');
      await me.page.waitForSelector('.alert-done');
      const user = (await findUserByLogin(await me.server.scope(), 'maria.luz@corp.example'))!;
      expect(user.status).to.equal('activated');
      await me.open(`/admin/users/${user.userId}`);
      await me.page.waitForSelector('.box-good');
    });
  });
