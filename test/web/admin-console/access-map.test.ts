import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { eventsOf } from '../../support/audit.ts';
import type { Jar } from '../../support/jar.ts';
import { eventually } from '../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';
import { unknownId } from '../../support/use-cases.ts';

describe('web/admin-console: the administrator’s map', () => {
  let server: TestServer;
  let ana: Jar;
  let joao: Jar;
  let payroll: string;
  let user: string;
  before(async () => {
    server = await startTestServer({ jobs: true });
    const users = Array.from({ length: 60 }, (_, i) => ({
      email: `p${i}@acme.example`,
      firstName: 'Page',
      lastName: String(i).padStart(2, '0'),
    }));
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [...users, { email: 'eve@acme.example', firstName: '<b>Eve</b>', lastName: '=1+1' }],
          groups: [{ name: 'Many', members: [...users.map(({ email }) => email), 'eve@acme.example'] }],
          applications: [
            { code: 'large', name: 'Large', launchUrl: 'https://large.example/', assignedTo: { groups: ['Many'] } },
            { code: 'navigable', name: 'Free for all', navigable: true, launchUrl: 'https://free.example/' },
          ],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const scope = await server.scope();
    payroll = `/admin/applications/${(await findApplicationByCode(scope, 'payroll'))!.applicationId}`;
    user = `/admin/users/${(await findUserByLogin(scope, 'jsilva'))!.userId}`;
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const large = async () => `/admin/applications/${(await findApplicationByCode(await server.scope(), 'large'))!.applicationId}`;

  it('an application’s page leads to who may open it, and why', async () => {
    expect((await ana.get(at(`${payroll}/assignments`))).text).to.contain(`${payroll}/access`);
    const { text } = await ana.get(at(`${payroll}/access`));
    expect(text).to.contain('João da Silva').and.to.contain('Group Finance');
    expect(/<main[\s\S]*<\/main>/.exec(text)![0]).not.to.contain('Ana Souza');
    expect((await ana.get(at(`${payroll}/access?way=direct`))).text).to.contain('No results');
  });

  it('is paged by key, searched and filtered, and escapes what people are called', async () => {
    const names: string[] = [];
    for (let path = `${await large()}/access`; path; ) {
      const { text } = await ana.get(at(path));
      names.push(...[...text.matchAll(/\/access"[^>]*>([^<]+)<\/a>/g)].map(([, name]) => name!));
      const more = /href="(\?after=[^"]+)"/.exec(text)?.[1];
      path = more ? `${await large()}/access${more}` : '';
    }
    expect([names.length, new Set(names).size]).to.deep.equal([61, 61]);
    expect((await ana.get(at(`${await large()}/access?q=eve`))).text)
      .to.contain('&lt;b&gt;Eve')
      .and.not.to.contain('<b>Eve');
    expect((await ana.get(at(`${await large()}/access?q=page+07&way=group&status=activated`))).text).to.contain('Page 07');
  });

  it('what the list shows is exported as a file that runs nothing', async () => {
    const asked = await ana.get(at(`${await large()}/access/export?q=eve`));
    expect(asked.text).to.contain('(1)');
    const begun = await ana.submit(ana.form(asked, /export/));
    const address = begun.url.split('?')[0]!;
    await eventually(async () => expect((await ana.get(address)).text).to.contain('/file"'));
    const file = await ana.get(`${address}/file`);
    const rows: string[][] = parse(file.text, { bom: true });
    expect(rows).to.deep.equal([
      ['Full name', 'Identifier', 'Status', 'Why', 'Can open now'],
      ['<b>Eve</b> =1+1', 'eve@acme.example', 'Activated', 'Group Many', 'Yes'],
    ]);
  });

  it('a person’s page leads to what they may open, with the reason, or why not; also as a file', async () => {
    expect((await ana.get(at(user))).text)
      .to.contain(`${user}/access`)
      .and.to.contain(`${user}/view-launchpad`);
    const { text } = await ana.get(at(`${user}/access`));
    expect(text)
      .to.contain('Payroll')
      .and.to.contain('Group Finance')
      .and.to.contain('application not assigned')
      .and.to.contain('Navigable');
    const open = await ana.get(at(`${user}/access?only=open`));
    expect(open.text).to.contain('Payroll').and.not.to.contain('not assigned');
    expect((await ana.get(at(`${user}/access?only=closed&q=large`))).text)
      .to.contain('Large')
      .and.not.to.contain('Payroll');
    const file = await ana.get(at(`${user}/access/file?only=open`));
    expect(file.headers['content-type']).to.contain('text/csv');
    const rows: string[][] = parse(file.text, { bom: true });
    expect(rows).to.deep.include(['Payroll', 'Group Finance', 'Yes']);
  });

  it('the Launchpad of a person is looked at, and nothing in it opens, adds or marks anything', async () => {
    const theirs = await joao.get(at('/launchpad'));
    const shown = await ana.get(at(`${user}/view-launchpad`));
    const tiles = (text: string) => [...text.matchAll(/class="tile-name"[^>]*>([^<]+)</g)].map(([, name]) => name!.trim());
    expect(tiles(shown.text)).to.deep.equal(tiles(theirs.text)).and.to.include('Payroll');
    const main = /<main[\s\S]*<\/main>/.exec(shown.text)![0];
    expect(main).to.contain('You are viewing').and.to.contain('Free for all');
    expect(main)
      .not.to.match(/method="post"/)
      .and.not.to.contain('/launchpad/');
    expect((await ana.get(at(`${user}/view-launchpad?q=zzz`))).text).to.contain('No applications match');
    expect((await ana.get(at('/admin'))).text, 'she is still herself').to.contain('Ana Souza');
    const events = await eventsOf(await server.scope(), { type: 'launchpad.viewed' });
    expect(events.length).to.be.greaterThan(0);
    expect([events[0]!.actor.name, events[0]!.subjectName]).to.deep.equal(['Ana Souza', 'João da Silva']);
  });

  it('is for administrators, of their own company', async () => {
    const root = await signedIn(server.baseUrl, 'root@other.example', passwords.root, 'other').catch(() => undefined);
    for (const path of [
      `${payroll}/access`,
      `${payroll}/access/export`,
      `${user}/access`,
      `${user}/access/file`,
      `${user}/view-launchpad`,
    ]) {
      expect((await joao.get(at(path))).status, path).to.equal(403);
      if (root) expect((await root.get(at(path).replace('/acme/', '/other/'))).status, path).to.equal(404);
      expect((await ana.get(at(path.replace(/[0-9a-f-]{36}/, unknownId)))).status, path).to.equal(404);
    }
  });
});
