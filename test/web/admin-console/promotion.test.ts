import { expect } from 'chai';
import { load } from 'cheerio';
import { compareWithApproval } from '../../../src/domain/administration/promotion/index.ts';
import { findApplicationByCode, matchesClientSecret } from '../../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { changePolicy, revertPolicy } from '../../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy } from '../../../src/domain/sign-in/sign-in-policy/index.ts';
import { inReviewTurn } from '../../../src/web/admin-console/promotion/review-turn.ts';
import type { PageContext } from '../../../src/web/request/index.ts';
import { eventsOf } from '../../support/audit.ts';
import type { Answer, Jar } from '../../support/jar.ts';
import { eventually, pause } from '../../support/patience.ts';
import { oidcApplication } from '../../support/promotion.ts';
import { passwords, signedIn, startTestServer, type TestServer, testKeyRing } from '../../support/server.ts';

const pair = { code: 'acme-approval', name: 'Acme (approval)', environment: 'approval', pairedWith: 'acme' };
const secondAdministrator = {
  email: 'bia@acme.example',
  firstName: 'Bia',
  lastName: 'Lima',
  role: 'administrator',
  password: 'bia has a long password',
};

describe('web: promotion, who reviews at once', () => {
  const companies = ['acme', 'other', 'third'].map((contextId) => ({ context: { contextId } }) as PageContext);
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error) => error.code,
    );

  it('one of a company at a time and two in all; the others wait a little, in their order, and are told when it takes too long', async () => {
    const ends: ((fails: boolean) => void)[] = [];
    const begun: string[] = [];
    const review = (page: PageContext | undefined, waitMs?: number) =>
      codeOf(
        inReviewTurn(
          page!,
          () => {
            begun.push(page!.context.contextId);
            return new Promise<void>((resolve, reject) => ends.push((fails) => (fails ? reject({ code: 'failed' }) : resolve())));
          },
          waitMs,
        ),
      );
    const [acme, other, third] = companies;
    const [one, two] = [review(acme), review(other)];
    expect(await Promise.all([review(acme, 5), review(third, 5)]), 'nobody waits for ever').to.deep.equal(['busy', 'busy']);
    const [three, four] = [review(third, 60_000), review(acme, 60_000)];
    ends[0]!(true);
    expect(await one).to.equal('failed');
    await eventually(async () => expect(begun).to.deep.equal(['acme', 'other', 'third']));
    ends[1]!(false);
    expect(await two).to.equal('done');
    await eventually(async () => expect(begun).to.deep.equal(['acme', 'other', 'third', 'acme']));
    ends[2]!(false);
    ends[3]!(false);
    expect(await Promise.all([three, four])).to.deep.equal(['done', 'done']);
    const again = review(acme);
    await eventually(async () => expect(ends).to.have.length(5));
    const crowd = Array.from({ length: 11 }, () => review(acme, 60_000));
    expect(await crowd.at(-1), 'and not everybody may wait').to.equal('busy');
    const stranger = review(third, 60_000);
    await eventually(async () => expect(begun.at(-1), 'another company has places of its own').to.equal('third'));
    ends[5]!(false);
    expect(await stranger).to.equal('done');
    ends.splice(5, 1);
    for (let at = 4; at < 15; at++) {
      await eventually(async () => expect(ends.length).to.be.greaterThan(at));
      ends[at]!(false);
    }
    expect(await again).to.equal('done');
    expect((await Promise.all(crowd)).filter((code) => code === 'done')).to.have.length(10);
  });
});

describe('web: promotion', () => {
  let server: TestServer;
  let ana: Jar;
  const at = (path: string) => `${server.issuer}${path}`;
  const approval = (more: Record<string, unknown>) => server.apply({ contexts: [{ ...pair, ...more }] });

  beforeEach(async () => {
    server = await startTestServer();
    await server.apply({ contexts: [{ code: 'acme', users: [secondAdministrator] }] });
    await approval({
      users: [{ email: 'ana@acme.example', firstName: 'Ana', lastName: 'Souza', role: 'administrator', password: passwords.ana }],
      groups: [{ name: 'Sales' }],
      applications: [
        { ...oidcApplication('crm', { navigable: false, assignedTo: { groups: ['Sales'] } }), name: 'CRM' },
        oidcApplication('wiki', {}, { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'a-secret-of-approval-only' }),
      ],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  /** The form as it is shown, with this changed; `pick` and `accept` are added to. */
  async function press(page: Answer, step: string, change: Record<string, string | string[] | undefined> = {}, jar = ana): Promise<Answer> {
    const { action, entries } = jar.form(page, /promotion$/);
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(change)) {
      form.delete(name);
      for (const one of [value ?? []].flat()) form.append(name, one);
    }
    form.set('step', step);
    return jar.get(action, { form, from: page.url });
  }
  const own = (code: string) => ({ [`own application ${code} oidc.redirect_uris`]: `https://${code}.acme.example/cb` });
  const rows = (page: Answer) =>
    load(page.text)('input[name=pick][type=checkbox]')
      .toArray()
      .map((one) => one.attribs);
  const open = () => ana.get(at('/admin/promotion'));
  async function demandFourEyes() {
    const rules = await ana.get(at('/admin/promotion/rules'));
    const { action, entries } = ana.form(rules, /rules$/);
    expect((await ana.get(action, { form: new URLSearchParams([...entries, ['fourEyes', 'yes']]) })).status).to.equal(303);
  }
  const faultOf = (page: Answer) => load(page.text)('.alert-fault').text();
  const accepts = (page: Answer) =>
    load(page.text)('input[name=accept]')
      .toArray()
      .map((one) => one.attribs.value!);

  it('shows what differs in words, with everything ticked but removals, and what approval has beside each question', async () => {
    const page = await open();
    expect(page.status).to.equal(200);
    const ticked = rows(page)
      .filter((one) => 'checked' in one)
      .map(({ value }) => value);
    expect(ticked).to.include.members(['application crm', 'application wiki', 'group sales']);
    const unticked = rows(page)
      .filter((one) => !('checked' in one))
      .map(({ value }) => value);
    expect(unticked).to.include.members(['application payroll', 'application mobile']);
    expect(page.text)
      .to.contain('https://crm.try.example/cb')
      .and.to.contain('Redirect URIs')
      .and.not.to.contain('oidc.token_endpoint_auth_method');
  });

  it('promotes what is ticked, shows a new secret once, and keeps it in the history', async () => {
    const chosen = await press(await open(), 'review', { ...own('crm'), ...own('wiki') });
    expect(chosen.status, faultOf(chosen)).to.equal(200);
    const unaccepted = await press(chosen, 'apply');
    expect(unaccepted.status).to.equal(422);
    expect(faultOf(unaccepted)).to.contain('Confirm each warning');
    const done = await press(unaccepted, 'apply', { accept: accepts(unaccepted) });
    expect(done.status).to.equal(200);
    const secret = load(done.text)('#secret-0').text();
    const scope = await server.scope();
    const wiki = (await findApplicationByCode(scope, 'wiki'))!;
    expect(matchesClientSecret(wiki.oidc!.secret_fingerprint!, secret, testKeyRing())).to.equal(true);
    expect(wiki.oidc!.redirect_uris).to.deep.equal(['https://wiki.acme.example/cb']);
    expect(await findGroupByName(scope, 'Sales')).to.have.property('name', 'Sales');
    const history = await ana.get(at('/admin/promotion/history'));
    const link = load(history.text)('td a').attr('href')!;
    const again = await ana.get(`${server.baseUrl}${link}`);
    expect(again.text).to.contain('CRM').and.to.contain('Ana Souza').and.not.to.contain(secret);
    const events = await eventsOf(scope, { type: 'promotion.applied' });
    expect(events.at(-1)!.details).to.include({ source: 'acme-approval', added: 3 });
  });

  it('is tried on the last 30 days from the review, and the result leads back to what was ticked and typed', async () => {
    await approval({ policy: { secondFactor: { demand: 'required' } } });
    const picked = (await compareWithApproval(await server.scope())).differences.filter(({ kind }) => kind === 'policy');
    const pick = ['application crm', 'group sales', ...picked.map(({ id }) => id)];
    const review = await press(await open(), 'review', { ...own('crm'), pick });
    expect(review.text).to.contain('Simulate on the last 30 days');
    const shown = await ana.follow((await press(review, 'try')).location!);
    expect(shown.url).to.match(/\/admin\/simulations\/[0-9a-f-]{36}$/);
    expect(shown.text).to.contain('Anything new in production does not affect');
    expect(await findApplicationByCode(await server.scope(), 'crm'), 'nothing was promoted').to.equal(undefined);
    const back = load(shown.text)('main a[href*="tried="]').first().attr('href')!;
    const again = await ana.get(`${server.baseUrl}${back}`);
    expect(
      rows(again)
        .filter((one) => 'checked' in one)
        .map(({ value }) => value),
    ).to.have.members(pick);
    expect(again.text).to.contain('https://crm.acme.example/cb');
    const refused = await press(await open(), 'try', { pick: ['application crm'], ...own('crm') });
    expect(refused.status).to.equal(422);
    expect(faultOf(refused)).to.contain('Group Sales');
    const bia = await signedIn(server.baseUrl, 'bia@acme.example', secondAdministrator.password);
    expect((await bia.get(`${server.baseUrl}${back}`)).status, 'another administrator’s').to.equal(404);
    expect((await bia.get(shown.url)).status).to.equal(404);
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await joao.get(`${server.baseUrl}${back}`)).status).to.equal(403);
    const { action, entries } = ana.form(review, /promotion$/);
    const form = new URLSearchParams([...entries, ['step', 'try']]);
    expect((await joao.get(action, { form, from: review.url })).status).to.equal(403);
  });

  it('says what is missing, keeps what was typed, and ticks what is needed', async () => {
    const page = await open();
    const refused = await press(page, 'review', { pick: ['application crm'], ...own('crm') });
    expect(refused.status).to.equal(422);
    expect(faultOf(refused)).to.contain('Group Sales');
    expect(refused.text).to.contain('https://crm.acme.example/cb');
    const helped = await press(refused, 'needs');
    expect(
      rows(helped)
        .filter((one) => 'checked' in one)
        .map(({ value }) => value),
    ).to.have.members(['application crm', 'group sales']);
    const empty = await press(page, 'review', { pick: ['application wiki'] });
    expect(empty.status).to.equal(422);
    expect(faultOf(empty)).to.contain('Redirect URIs');
  });

  it('marks each field and object at fault, says beside it what is wrong, and leads there', async () => {
    const typed = { ...own('crm'), 'own application crm oidc.redirect_uris': 'ftp://crm.acme.example/cb' };
    const refused = await press(await open(), 'review', { pick: ['application crm', 'application wiki'], ...typed });
    const $ = load(refused.text);
    const marked = $('[aria-invalid=true]')
      .toArray()
      .map((one) => [
        one.attribs.name === 'pick' ? one.attribs.value : one.attribs.name,
        (one.attribs['aria-describedby'] ?? '')
          .split(' ')
          .map((id) => $(`[id="${id}"].invalid`).text())
          .join(''),
      ]);
    expect(marked.map(([name]) => name)).to.have.members([
      'application crm',
      'own application crm oidc.redirect_uris',
      'own application wiki oidc.redirect_uris',
    ]);
    const faults = Object.fromEntries(marked);
    expect(faults['application crm']).to.contain('Group Sales');
    expect(faults['own application crm oidc.redirect_uris']).to.contain('Found: "ftp://crm.acme.example/cb"');
    expect(faults['own application wiki oidc.redirect_uris']).to.equal('Required field.');
    const links = $('.alert-fault a[href^="#"]')
      .toArray()
      .map((one) => one.attribs.href!.slice(1));
    expect(links).to.have.length(3);
    for (const id of links) expect($(`[id="${id}"]`).attr('aria-invalid'), id).to.equal('true');
  });

  it('a search hides rows and loses nothing', async () => {
    const found = await press(await open(), 'find', { search: 'wiki', ...own('crm') });
    expect(rows(found).map(({ value }) => value)).to.deep.equal(['application wiki']);
    const all = await press(found, 'find', { search: '' });
    expect(all.text).to.contain('https://crm.acme.example/cb');
    expect(rows(all).filter((one) => 'checked' in one)).to.have.length(3);
  });

  it('a change on either side since then is told, with ticks and values kept', async () => {
    const review = await press(await open(), 'review', { ...own('crm'), ...own('wiki'), pick: ['application crm', 'group sales'] });
    expect(review.status).to.equal(200);
    await approval({ applications: [oidcApplication('news')] });
    const told = await press(review, 'apply', { accept: accepts(review) });
    expect(told.status).to.equal(409);
    expect(faultOf(told)).to.contain('changed in the meantime');
    expect(told.text).to.contain('https://crm.acme.example/cb');
    expect(
      rows(told)
        .filter((one) => 'checked' in one)
        .map(({ value }) => value),
    ).to.have.members(['application crm', 'group sales']);
    expect(load(told.text)('.badge-status').length, 'what is new is marked').to.equal(1);
    expect(await findApplicationByCode(await server.scope(), 'crm')).to.equal(undefined);
  });

  it('a second administrator agrees to what was proposed, and not the first', async () => {
    await demandFourEyes();
    const review = await press(await open(), 'review', { ...own('crm'), pick: ['application crm', 'group sales'] });
    const proposed = await press(review, 'apply', { accept: accepts(review) });
    expect(proposed.status).to.equal(303);
    const shown = await ana.get(proposed.location!);
    expect(shown.text).to.contain('another administrator has to approve').and.not.to.contain('/agree"');
    const forced = await ana.get(`${shown.url.split('?')[0]}/agree`, { form: { _csrf: ana.form(shown, /decline$/).fields._csrf! } });
    expect(forced.status).to.equal(409);
    expect(await findApplicationByCode(await server.scope(), 'crm')).to.equal(undefined);
    const bia = await signedIn(server.baseUrl, 'bia@acme.example', 'bia has a long password');
    const seen = await bia.get(shown.url);
    expect(seen.text).to.contain('Ana Souza').and.to.contain('CRM').and.to.contain('https://crm.acme.example/cb');
    const agreed = await bia.submit(bia.form(seen, /agree$/));
    expect(agreed.status, faultOf(agreed)).to.equal(200);
    expect(agreed.text).to.contain('Bia Lima');
    expect(await findApplicationByCode(await server.scope(), 'crm')).to.have.property('name', 'CRM');
  });

  it('shows a stale proposal as it was proposed, what changed since, and how to propose it again', async () => {
    await demandFourEyes();
    const bia = await signedIn(server.baseUrl, 'bia@acme.example', 'bia has a long password');
    const review = await press(await open(), 'review', { ...own('crm'), pick: ['application crm', 'group sales'] });
    const { location } = await press(review, 'apply', { accept: accepts(review) });
    await approval({ applications: [oidcApplication('news')] });
    const other = load((await bia.get(location!)).text);
    expect(other('.alert-fault').text()).to.contain('something else changed').and.to.contain('Propose again');
    expect(other('.badge-status').length).to.equal(0);
    expect(other('button[disabled]').text()).to.equal('Approve and promote');
    expect(other('form[action$="/agree"]').length).to.equal(0);

    await approval({
      applications: [{ ...oidcApplication('crm', { navigable: false, assignedTo: { groups: ['Sales'] } }), name: 'CRM of today' }],
    });
    const $ = load((await bia.get(location!)).text);
    const card = $('.card')
      .toArray()
      .map((one) => $(one))
      .find((one) => one.text().includes('Application CRM'))!;
    expect(card.find('.badge-status').text()).to.equal('changed since the proposal');
    expect(card.find('strong').first().text()).to.equal('Application CRM');
    expect(card.text())
      .to.contain('https://crm.acme.example/cb')
      .and.to.match(/Now[\s\S]*CRM of today/);
    expect($('.card .badge-status').length, 'the group is as it was').to.equal(1);
    const again = await bia.get(at(`/admin/promotion?from=${location!.split('/').at(-1)!.split('?')[0]}`));
    expect(again.text).to.contain('https://crm.acme.example/cb').and.to.contain('A new proposal replaces it');
    const fresh = await press(again, 'review', { ...own('crm'), pick: ['application crm', 'group sales'] }, bia);
    expect((await press(fresh, 'apply', { accept: accepts(fresh) }, bia)).status).to.equal(303);
    expect((await ana.get(location!)).text).to.contain('Declined');
  });

  it('whoever approves what has just changed is told so, and nothing of what they never typed', async () => {
    await demandFourEyes();
    const bia = await signedIn(server.baseUrl, 'bia@acme.example', 'bia has a long password');
    const review = await press(await open(), 'review', { ...own('crm'), pick: ['application crm', 'group sales'] });
    const seen = await bia.get((await press(review, 'apply', { accept: accepts(review) })).location!);
    await approval({ applications: [oidcApplication('news')] });
    const told = await bia.submit(bia.form(seen, /agree$/));
    expect(told.status).to.equal(409);
    expect(faultOf(told)).to.contain('Not approved: approval or production has just changed. Nothing was promoted.');
    expect(told.text).not.to.contain('what you typed');
  });

  it('says of a proposal that it was declined, or withdrawn by who made it', async () => {
    await demandFourEyes();
    const bia = await signedIn(server.baseUrl, 'bia@acme.example', 'bia has a long password');
    for (const [who, said] of [
      [bia, 'Promotion declined. Nothing was changed.'],
      [ana, 'Promotion withdrawn. Nothing was changed.'],
    ] as const) {
      const review = await press(await open(), 'review', { ...own('crm'), pick: ['application crm', 'group sales'] });
      const proposed = await press(review, 'apply', { accept: accepts(review) });
      const answered = await who.submit(who.form(await who.get(proposed.location!), /decline$/));
      expect(answered.text).to.contain(said);
    }
  });

  /** While another administrator reviews, first with many who wait before us, then with nobody. */
  async function afterAnother(contextId: string, look: () => Promise<Answer>): Promise<Answer> {
    const page = { context: { contextId } } as PageContext;
    const first = Promise.withResolvers<void>();
    const other = inReviewTurn(page, () => first.promise);
    const crowd = Array.from({ length: 10 }, () => inReviewTurn(page, async () => undefined, 60_000));
    const busy = await look();
    expect(busy.status).to.equal(503);
    expect(busy.text).to.contain('Another administrator is reviewing').and.to.contain('Try again').and.not.contain('Nothing to undo');
    first.resolve();
    await Promise.all([other, ...crowd]);
    const second = Promise.withResolvers<void>();
    const another = inReviewTurn(page, () => second.promise);
    const waiting = look();
    await pause(300);
    second.resolve();
    await another;
    const shown = await waiting;
    expect(shown.status, 'it waits').to.equal(200);
    return shown;
  }

  it('is undone by one confirmation, and says what has changed since', async () => {
    const review = await press(await open(), 'review', { ...own('crm'), pick: ['application crm', 'group sales'] });
    const done = await press(review, 'apply', { accept: accepts(review) });
    const here = done.location!.split('?')[0]!;
    await server.apply({
      contexts: [
        {
          code: 'acme',
          applications: [
            {
              ...oidcApplication('crm', { description: 'mine' }, { redirect_uris: ['https://crm.acme.example/cb'] }),
              navigable: false,
              name: 'CRM',
            },
          ],
        },
      ],
    });
    const changed = await ana.get(`${here}/undo`);
    expect(changed.text).to.contain('changed since then: Description').and.to.contain('Nothing to undo');
    await server.apply({
      contexts: [
        {
          code: 'acme',
          applications: [
            {
              ...oidcApplication('crm', { description: '' }, { redirect_uris: ['https://crm.acme.example/cb'] }),
              navigable: false,
              name: 'CRM',
            },
          ],
        },
      ],
    });
    const scope = await server.scope();
    const undo = await afterAnother(scope.contextId, () => ana.get(`${here}/undo`));
    const undone = await ana.submit(ana.form(undo, /undo$/));
    expect(undone.status, faultOf(undone)).to.equal(200);
    expect(await findApplicationByCode(scope, 'crm')).to.equal(undefined);
    expect(await findGroupByName(scope, 'Sales')).to.equal(undefined);
    expect((await ana.get(`${here}/undo`)).status).to.equal(409);
    expect((await compareWithApproval(scope)).differences.find(({ id }) => id === 'application crm')!.questions[0]).to.include({
      value: 'https://crm.acme.example/cb',
      isRemembered: true,
    });
    expect((await ana.get(here)).text).not.to.contain('is on trial');
    const { rules, version } = await loadPolicy(scope);
    await changePolicy(scope, { ...rules, base: { ...rules.base, networks: ['127.0.0.0/8', '::1/128'] } }, version);
    expect((await ana.get(here)).text, 'of what was undone as well').to.contain('is on trial');
    await revertPolicy(scope, version + 1);
  });

  it('says of each object of an undone promotion whether it was taken back, or why it was left', async () => {
    const review = await press(await open(), 'review', {
      ...own('crm'),
      pick: ['application crm', 'application wiki', 'group sales'],
      ...own('wiki'),
    });
    const { location } = await press(review, 'apply', { accept: accepts(review) });
    const here = at(
      `/admin/promotion/${
        location
          ? new URL(location).pathname.split('/').at(-1)
          : load((await ana.get(at('/admin/promotion/history'))).text)('tbody a')
              .attr('href')!
              .split('/')
              .at(-1)
      }`,
    );
    await server.apply({ contexts: [{ code: 'acme', groups: [{ name: 'Sales', members: ['jsilva'] }] }] });
    const undone = await ana.submit(ana.form(await ana.get(`${here}/undo`), /undo$/));
    expect(undone.status, faultOf(undone)).to.equal(200);
    const $ = load((await ana.get(here)).text);
    const said = Object.fromEntries(
      $('.card')
        .toArray()
        .map((one) => [$(one).find('strong').first().text(), $(one).find('.badge-status').text() + $(one).find('p').text()]),
    );
    expect(said).to.include({ 'Application CRM': 'undone', 'Application WIKI': 'undone' });
    expect(said['Group Sales']).to.equal('not undonehas had users since then');
  });

  it('an undo whose objects a rule refuses meanwhile comes again, with each as staying and why', async () => {
    const review = await press(await open(), 'review', { ...own('crm'), pick: ['application crm', 'group sales'] });
    const here = (await press(review, 'apply', { accept: accepts(review) })).location!.split('?')[0]!;
    const scope = await server.scope();
    const { promotionId } = await scope.db('promotions').where('state', 'applied').first('promotion_id AS promotionId');
    // as if the promotion had changed a group's words
    await server.apply({ contexts: [{ code: 'acme', groups: [{ name: 'Ops', description: 'new words' }] }] });
    await scope.db('promotion_objects').insert({
      context_id: scope.contextId,
      promotion_id: promotionId,
      position: 99,
      kind: 'group',
      key: 'ops',
      name: 'Ops',
      action: 'change',
      fields: JSON.stringify([{ path: 'description', before: 'old words', after: 'new words' }]),
    });
    // and removed two whose client IDs others have now
    for (const [position, code] of ['gone', 'lost'].entries()) {
      await scope.db('promotion_objects').insert({
        context_id: scope.contextId,
        promotion_id: promotionId,
        position: 100 + position,
        kind: 'application',
        key: code,
        name: code,
        action: 'remove',
        fields: JSON.stringify([...Object.entries(oidcApplication(code)).map(([path, before]) => ({ path, before }))]),
      });
    }
    const shown = await ana.get(`${here}/undo`);
    const direction = load(shown.text)('.card:contains("Group Ops")');
    expect([direction.find('del').text(), direction.find('ins').text()], 'from what is to what was').to.deep.equal([
      'new words',
      'old words',
    ]);
    const first = ana.form(shown, /undo$/);
    const take = (code: string) =>
      server.apply({ contexts: [{ code: 'acme', applications: [oidcApplication(`heir-${code}`, {}, { client_id: code })] }] });
    await take('gone');
    const again = await ana.submit(first);
    expect(again.status).to.equal(409);
    expect(load(again.text)('.alert-fault li').text()).to.match(/gone: can’t be restored/i);
    expect(await findGroupByName(scope, 'Sales'), 'nothing is done').not.to.equal(undefined);
    await take('lost');
    const third = await ana.submit(ana.form(again, /undo$/));
    expect(third.status).to.equal(409);
    expect(load(third.text)('.alert-fault li')).to.have.length(2);
    const last = await ana.submit(ana.form(third, /undo$/));
    expect(last.status, load(last.text)('.alert-fault').text()).to.equal(200);
    expect(await findGroupByName(scope, 'Sales')).to.equal(undefined);
  });

  it('is for administrators of production, and of their company only', async () => {
    const review = await press(await open(), 'review', { ...own('crm'), pick: ['application crm', 'group sales'] });
    const tried = new URL((await press(review, 'try')).location!).pathname.split('/').at(-1)!;
    const done = await press(review, 'apply', { accept: accepts(review) });
    const one = new URL(done.location!).pathname.split('/').at(-1)!;
    const paths = [
      '/admin/promotion',
      '/admin/promotion/history',
      '/admin/promotion/rules',
      `/admin/promotion/${one}`,
      `/admin/promotion/${one}/undo`,
      `/admin/promotion?tried=${tried}`,
    ];
    const regular = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    for (const path of paths) expect((await regular.get(at(path))).status, path).to.equal(403);
    const rita = await signedIn(server.baseUrl, 'root@other.example', passwords.root, 'other');
    for (const path of paths) expect((await rita.get(`${server.baseUrl}/other${path}`)).status, `other ${path}`).to.equal(404);
    const there = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana, 'acme-approval');
    for (const path of paths) expect((await there.get(`${server.baseUrl}/acme-approval${path}`)).status, `approval ${path}`).to.equal(404);
    await server.apply({ contexts: [{ code: 'other-approval', name: 'Other (approval)', environment: 'approval', pairedWith: 'other' }] });
    for (const path of paths.slice(3)) expect((await rita.get(`${server.baseUrl}/other${path}`)).status, `another's ${path}`).to.equal(404);
  });

  it('the review says what is weaker than it could be of applications that are brought over', async () => {
    const saml = {
      entityId: 'https://weak.example',
      assertionConsumerServices: [{ url: 'https://weak.example/acs' }],
      ignoreSignatures: true,
    };
    await approval({ applications: [{ code: 'weak', name: 'Weak', navigable: true, saml }] });
    const choose = await ana.get(at('/admin/promotion'));
    const values = { 'saml.entityId': saml.entityId, 'saml.assertionConsumerServices': 'https://weak.example/acs' };
    const named = Object.fromEntries(Object.entries(values).map(([path, value]) => [`own application weak ${path}`, value]));
    const review = await press(choose, 'review', { pick: ['application weak'], ...named });
    expect(load(review.text)('main').text().replace(/\s+/g, ' ')).to.contain(
      'Weakened protectionWeak: Ignore signatures that can’t be verified.',
    );
    const done = await press(review, 'apply', {
      accept: load(review.text)('[name=accept]')
        .get()
        .map((one) => one.attribs.value!),
    });
    const shown = await ana.follow(done.location!);
    expect(shown.text, 'nobody proposed it').to.contain('Promoted by').and.not.to.contain('Proposed by');
  });
});
