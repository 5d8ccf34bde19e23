import { expect } from 'chai';
import { type CheerioAPI, load } from 'cheerio';
import { acceptTerms, termsSettings } from '../../../../src/domain/applications/consents/index.ts';
import { loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { adminConsoleRoutes } from '../../../../src/web/admin-console/index.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { preparePages } from '../../../support/pages.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

type Entries = [name: string, value: string][];
/** `field` takes both values; `other` is changed by the second administrator alone, to either value. A form of boxes only has nothing that two people can set to two values. */
type Row = {
  page: string;
  field?: string;
  theirs?: string;
  mine?: string;
  other?: [field: string, value: string, another: string];
  isPublished?: true;
};

const rows: Row[] = [
  {
    page: '/admin/settings',
    field: 'name',
    theirs: 'Acme Ltd',
    mine: 'Acme Inc',
    other: ['timeZone', '(UTC+00:00) Europe/Lisbon', '(UTC+01:00) Europe/Madrid'],
  },
  { page: '/admin/users/:user/edit', field: 'firstName', theirs: 'Bea', mine: 'Beth', other: ['department', 'Legal', 'Sales'] },
  { page: '/admin/users/:user/temporary-deactivation', field: 'description', theirs: 'Leave', mine: 'Holiday' },
  { page: '/admin/groups/:group/edit', field: 'name', theirs: 'Finances', mine: 'Treasury', other: ['description', 'Pays', 'Counts'] },
  { page: '/admin/applications/:application/edit', field: 'name', theirs: 'Wages', mine: 'Salaries', other: ['navigable', 'yes', ''] },
  { page: '/admin/applications/:application/edit?part=data', field: 'claim_name', theirs: 'staff', mine: 'employee' },
  { page: '/admin/applications/:application/edit?part=advanced', field: 'access_token_seconds', theirs: '600', mine: '900' },
  {
    page: '/admin/applications/:application/edit',
    field: 'acs',
    theirs: 'https://partner.example/1',
    mine: 'https://partner.example/2',
    other: ['sendGroups', 'yes', ''],
  },
  {
    page: '/admin/applications/:application/edit?part=general',
    field: 'category',
    theirs: 'Sales',
    mine: 'Buyers',
    other: ['description', 'Orders', 'Sales'],
  },
  {
    page: '/admin/apis/:api/edit',
    field: 'scope_en',
    theirs: 'See orders',
    mine: 'Look at orders',
    other: ['name', 'All orders', 'Some orders'],
  },
  { page: '/admin/apis/:api/applications/:application', other: ['isResourceServer', 'yes', ''] },
  { page: '/admin/custom-fields/:field/edit', field: 'label', theirs: 'Centro', mine: 'Custo', other: ['isRequired', 'yes', ''] },
  {
    page: '/admin/directories/:directory/edit',
    field: 'name',
    theirs: 'Head office',
    mine: 'Branch',
    other: ['settings.guardPeople', '77', '78'],
  },
  { page: '/admin/directories/rules', other: ['whileAway', 'yes', ''] },
  { page: '/admin/policy', field: 'password.minLength', theirs: '14', mine: '16', other: ['networks', '127.0.0.0/8', '127.0.0.0/9'] },
  {
    page: '/admin/policy/overrides/:override',
    field: 'session.idleMinutes',
    theirs: '31',
    mine: '32',
    other: ['password.history', '7', '8'],
  },
  { page: '/admin/new-accounts', field: 'invitationDays', theirs: '3', mine: '4', other: ['domains', 'acme.example', 'acme.test'] },
  { page: '/admin/profiles', other: ['names', 'yes', ''] },
  { page: '/admin/consent/edit', field: 'en.title', theirs: 'Terms', mine: 'Rules', isPublished: true },
  {
    page: '/admin/branding',
    field: 'texts.en.signIn',
    theirs: 'Welcome',
    mine: 'Hello',
    other: ['links.help', 'https://help.example/', 'https://help.example/2'],
  },
  {
    page: '/admin/messages/:mail/:locale',
    field: 'subject',
    theirs: 'New password',
    mine: 'Your password',
    other: ['action', 'Choose', 'Take'],
  },
  { page: '/admin/audit/retention', field: 'days', theirs: '800', mine: '900' },
  { page: '/admin/certificates', field: 'samlEntityId', theirs: 'urn:acme:1', mine: 'urn:acme:2' },
  { page: '/admin/promotion/rules', other: ['fourEyes', 'yes', ''] },
];

describe('web/admin-console: two administrators edit the same at once', () => {
  let server: TestServer;
  let ana: Jar;
  let carla: Jar;
  let addresses: string[];
  before(async () => {
    server = await startTestServer();
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ email: 'carla@acme.example', firstName: 'Carla', lastName: 'Lima', role: 'administrator', password: passwords.joao }],
        },
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    carla = await signedIn(server.baseUrl, 'carla@acme.example', passwords.joao);
    addresses = await preparePages(server);
    await acceptNewest();
    const added = await ana.submit(ana.form(await ana.get(at('/admin/policy/overrides/new')), /overrides/), {
      'session.idleMinutes': '30',
    });
    addresses.push(/\/admin\/policy\/overrides\/[0-9a-f-]{36}/.exec(added.text)![0]);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const addressOf = ({ page, field }: Row): string => {
    const [path, query = ''] = page.split('?');
    const isSaml = field === 'acs' || field === 'category';
    const found = addresses.find(
      (one) => new RegExp(`^${path!.replace(/:\w+/g, '[^/?]+')}$`).test(one) && isSaml === samlOf(one) && !one.endsWith('/new'),
    );
    return `${found ?? path}${query && `?${query}`}`;
  };
  const samlOf = (address: string) => /edit$/.test(address) && addresses.includes(address.replace(/edit$/, 'trace'));

  const formOf = ({ text, url }: Answer) => {
    const $ = load(text);
    const form = $('form').has('input[name=shown]');
    return {
      $,
      form,
      url: new URL(form.attr('action') ?? url, url).href,
      entries: form.serializeArray().map(({ name, value }): [string, string] => [name, value]),
    };
  };
  const set = (entries: Entries, name: string, value: string): Entries => {
    const at = entries.findIndex(([one]) => one === name);
    if (value === '') return entries.filter(([one]) => one !== name);
    return at < 0 ? [...entries, [name, value]] : entries.map((one, i) => (i === at ? [name, value] : one));
  };
  const shownIn = ($: CheerioAPI, name: string) => new URLSearchParams($('form').has('input[name=shown]').serialize()).get(name) ?? '';
  const open = async (who: Jar, row: Row) => formOf(await who.get(at(addressOf(row))));
  const send = async (who: Jar, form: ReturnType<typeof formOf>, changes: Entries): Promise<Answer> => {
    const entries = changes.reduce((all, [name, value]) => set(all, name, value), form.entries);
    return who.get(form.url, { form: new URLSearchParams(entries) });
  };
  const saved = async (who: Jar, form: ReturnType<typeof formOf>, changes: Entries) => {
    const answer = await send(who, form, changes);
    expect(answer.status, `${form.url} ${load(answer.text)('.invalid, [role=alert], h1').text()}`).to.equal(303);
    await acceptNewest();
  };
  /** Nobody goes on before they have accepted the terms. */
  const acceptNewest = async () => {
    const scope = await server.scope();
    const { edition } = (await loadSettings(scope, termsSettings)).value;
    for (const login of ['ana@acme.example', 'carla@acme.example'])
      await acceptTerms(scope, (await findUserByLogin(scope, login))!.userId, edition, 'en');
  };
  const refused = async (form: ReturnType<typeof formOf>, changes: Entries) => {
    const answer = await send(ana, form, changes);
    expect(answer.status).to.equal(409);
    return formOf(answer);
  };

  it('each form that says which version it shows is here', async () => {
    const missing: string[] = [];
    for (const address of addresses.filter((one) => one.startsWith('/admin/'))) {
      const { text } = await ana.get(at(address));
      if (!load(text)('input[name=shown]').length) continue;
      const path = address.split('?')[0]!;
      if (!rows.some(({ page }) => new RegExp(`^${page.split('?')[0]!.replace(/:\w+/g, '[^/]+')}$`).test(path))) missing.push(path);
    }
    expect(missing).to.deep.equal([]);
    const shown = rows.map(({ page }) => page.split('?')[0]);
    const paths = adminConsoleRoutes.map(({ path }) => path);
    expect(shown.filter((one) => !paths.includes(one!))).to.deep.equal([]);
  });

  it('what somebody changed elsewhere in the same record is no question: both are saved', async () => {
    const page = '/admin/applications/:application/edit';
    const sent = await open(ana, { page: `${page}?part=advanced` });
    await saved(carla, await open(carla, { page: `${page}?part=general` }), [['description', 'What people earn']]);
    await saved(ana, sent, [['refresh_token_seconds', '7200']]);
    const { entries } = await open(ana, { page });
    expect(entries).to.deep.include(['description', 'What people earn']).and.to.deep.include(['refresh_token_seconds', '7200']);
  });

  it('of long lists the lines that differ are marked on both sides', async () => {
    const row = { page: '/admin/applications/:application/edit?part=connection' };
    const form = await open(ana, row);
    const uris = shownIn(load((await ana.get(form.url)).text), 'redirect_uris');
    const list = (...more: string[]) => [uris, ...Array.from({ length: 9 }, (_, i) => `https://many.example/${i}`), ...more].join('\r\n');
    await saved(carla, await open(carla, row), [['redirect_uris', list('https://theirs.example/')]]);
    // as a page that was shown before forms said what they show
    const { $ } = await refused(form, [
      ['redirect_uris', list('https://mine.example/')],
      ['shown', ''],
    ]);
    expect($('.conflict').text(), 'the other fields are the same').to.not.contain('Already updated');
    const marked = $('.conflict-side').toArray();
    expect(marked.map((side) => $('mark bdi', side).text())).to.deep.equal(['https://theirs.example/', 'https://mine.example/']);
    for (const side of marked) expect($(side).text()).to.contain('9 identical lines');
    expect($('.conflict [type=submit]').text()).to.equal('Save with these values');
  });

  it('a record that is gone has no form any more', async () => {
    const { submit, form } = ana;
    const added = await submit.call(ana, form.call(ana, await ana.get(at('/admin/groups/new')), /groups\/new/), { name: 'Short lived' });
    const path = new URL(added.url).pathname;
    const stale = formOf(await ana.get(new URL(`${path}/edit`, added.url).href));
    await carla.submit(carla.form(await carla.get(new URL(`${path}/delete`, added.url).href), /delete/));
    expect((await send(ana, stale, [['name', 'Too late']])).status).to.equal(404);
  });

  for (const row of rows) {
    const { page, field, theirs = '', mine = '', isPublished } = row;
    const other: Entries[number] | undefined = row.other && [row.other[0], row.other[1]];
    describe(page, () => {
      const both: Entries = [...(field ? [[field, theirs] as [string, string]] : []), ...(other ? [other] : [])];
      if (field)
        it('both values are side by side, with who and when; the form shows the one that is ticked, and mine is saved if it is chosen', async () => {
          const form = await open(ana, row);
          await saved(carla, await open(carla, row), both);
          const again = await refused(form, [[field, mine]]);
          const sides = again
            .$('.conflict-side')
            .toArray()
            .map((one) => again.$(one).text());
          expect(sides, again.$('.conflict').text()).to.have.length(2);
          expect(sides[0]).to.contain('Keep the saved value').and.to.contain(theirs);
          expect(sides[1]).to.contain('Use mine').and.to.contain(mine);
          expect(again.$('.conflict-field legend').text().trim()).to.not.equal('');
          expect(again.$('.conflict').text()).to.contain('Carla Lima');
          expect(again.$('.conflict time')).to.have.length(1);
          expect(again.entries, 'what is ticked').to.deep.include([field, theirs]);
          if (other) expect(shownIn(again.$, other[0]), 'what only she changed').to.equal(other[1]);
          const keep = again.$('.conflict-side input').attr('name')!;
          await saved(ana, again, [[keep, 'mine']]);
          const { entries } = await open(ana, row);
          expect(entries).to.deep.include([field, mine]);
          if (other) expect(entries).to.deep.include(other);
        });

      // the same edition twice is refused
      if (field && !isPublished)
        it('theirs stays unless it is chosen otherwise, and what is typed after that is saved', async () => {
          const form = await open(ana, row);
          await saved(carla, await open(carla, row), [[field, theirs]]);
          // as the page was before: hers is the second change of it
          const again = await refused(
            { ...form, entries: form.entries.map(([name, value]) => (name === 'shown' ? [name, ''] : [name, value])) },
            [[field, mine]],
          );
          await saved(ana, again, []);
          expect((await open(ana, row)).entries).to.deep.include([field, theirs]);
          const stale = await refused(form, [
            [field, mine],
            ['shown', ''],
          ]);
          const last = { acs: 'https://partner.example/3' }[field] ?? mine;
          await saved(ana, stale, [
            [field, `${last}`],
            ...(last === mine ? [[stale.$('.conflict-side input').attr('name')!, 'mine'] as [string, string]] : []),
          ]);
          expect((await open(ana, row)).entries).to.deep.include([field, last]);
        });

      if (other)
        it('where nothing overlaps both changes stand in the form', async () => {
          await saved(ana, await open(ana, row), [[other[0], row.other![2]], ...(field ? [[field, mine] as [string, string]] : [])]);
          const form = await open(ana, row);
          await saved(carla, await open(carla, row), [other]);
          const again = await refused(form, field ? [[field, theirs]] : []);
          expect(again.$('.conflict-side')).to.have.length(0);
          expect(again.$('.conflict').text()).to.contain('nothing to choose');
          expect(again.entries).to.deep.include(other);
          await saved(ana, again, []);
          const { entries } = await open(ana, row);
          expect(entries).to.deep.include(other);
          if (field) expect(entries).to.deep.include([field, theirs]);
        });
    });
  }
});
