import { expect } from 'chai';
import { load } from 'cheerio';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { listAssignees } from '../../../src/domain/applications/assignments/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { Jar } from '../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: names are completed instead of pasted', () => {
  let server: TestServer;
  let ana: Jar;

  before(async () => {
    server = await startTestServer();
    const users = Array.from({ length: 25 }, (_, n) => ({
      email: `person${n}@acme.example`,
      firstName: 'Márcia',
      lastName: `Número ${n}`,
    }));
    const groups = Array.from({ length: 25 }, (_, n) => ({ name: `Team ${n}` }));
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [...users, { email: 'zoe@acme.example', firstName: '<b>Zoé</b>', lastName: 'Q' }],
          groups,
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  type Found = { items: { id: string; value: string; name: string }[]; hasMore: boolean };
  const find = async (what: string, query: string): Promise<Found> => JSON.parse((await ana.get(at(`/admin/find/${what}?${query}`))).text);

  it('people by a part of name, e-mail or username, at most twenty, and says when there are more', async () => {
    const many = await find('people', 'q=marcia');
    expect([many.items.length, many.hasMore]).to.deep.equal([20, true]);
    for (const [query, value] of [
      ['q=NUMERO+24', 'person24@acme.example'],
      ['q=person24%40', 'person24@acme.example'],
      ['q=jsil', 'jsilva'],
      ['q=zoé', 'zoe@acme.example'],
    ] as const)
      expect(
        (await find('people', query)).items.map((one) => one.value),
        query,
      ).to.deep.equal([value]);
    for (const nothing of ['', 'q=', 'q=%20', 'q=%25', 'q=zzz'])
      expect(await find('people', nothing), nothing).to.deep.equal({ items: [], hasMore: false });
  });

  it('groups likewise; Everyone only where it may be chosen', async () => {
    const many = await find('groups', 'q=team');
    expect([many.items.length, many.hasMore]).to.deep.equal([20, true]);
    expect((await find('groups', 'q=everyone')).items).to.deep.equal([]);
    expect((await find('groups', 'q=everyone&everyone=yes')).items.map(({ name }) => name)).to.deep.equal(['Everyone']);
  });

  it('is JSON that nobody keeps, for administrators of this company alone', async () => {
    const answer = await ana.get(at('/admin/find/people?q=zo'));
    expect(answer.headers['content-type']).to.match(/^application\/json/);
    expect(answer.headers['cache-control']).to.equal('no-store');
    expect(answer.headers['x-content-type-options']).to.equal('nosniff');
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    for (const path of ['/admin/find/people?q=a', '/admin/find/groups?q=a']) {
      expect((await joao.get(at(path))).status, 'a regular user').to.equal(403);
      expect((await new Jar().get(at(path))).status, 'nobody').to.equal(302);
      expect((await ana.get(`${server.baseUrl}/other${path}`)).text).to.not.contain('@acme.example');
    }
  });

  it('without script: the field searches, and each person that is found has a button', async () => {
    const application = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    const group = (await findGroupByName(await server.scope(), 'Team 3'))!;
    for (const [path, action] of [
      [`/admin/applications/${application.applicationId}/assignments`, /assignments$/],
      [`/admin/groups/${group.groupId}`, /members$/],
    ] as const) {
      const page = await ana.get(at(`${path}?person=zo`));
      const shown = load(page.text);
      expect(shown('#person').attr('value')).to.equal('zo');
      const form = shown('form').filter((_, one) => shown(one).find('input[name="login"][value="zoe@acme.example"]').length > 0);
      expect(form.attr('action')).to.match(action);
      expect(page.text, 'names are text').to.contain('&lt;b&gt;Zoé&lt;/b&gt;');
      const body = new URLSearchParams({ _csrf: form.find('[name="_csrf"]').attr('value')!, login: 'zoe@acme.example' });
      expect((await ana.get(new URL(form.attr('action')!, server.baseUrl).href, { form: body })).status).to.equal(303);
      expect(load((await ana.get(at(`${path}?person=zzz`))).text)('main').text()).to.contain('No results');
    }
    expect((await listAssignees(await server.scope(), application.applicationId)).users.map(({ email }) => email)).to.deep.equal([
      'zoe@acme.example',
    ]);
    const members = await ana.get(at(`/admin/groups/${group.groupId}`));
    expect(load(members.text)('table').text()).to.contain('Zoé');
  });
});
