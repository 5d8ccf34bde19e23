import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { loadPolicy } from '../../../src/domain/sign-in/sign-in-policy/index.ts';
import type { Answer, Jar } from '../../support/jar.ts';
import { eventually } from '../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';
import { unknownId } from '../../support/use-cases.ts';

describe('web/admin-console: simulations', () => {
  let server: TestServer;
  let ana: Jar;
  let joao: Jar;
  before(async () => {
    server = await startTestServer({ jobs: true });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const payroll = async () => `/admin/applications/${(await findApplicationByCode(await server.scope(), 'payroll'))!.applicationId}`;
  const finance = async () => `/admin/groups/${(await findGroupByName(await server.scope(), 'Finance'))!.groupId}`;
  /** Follows a simulation to its end. */
  async function result(begun: Answer): Promise<Answer> {
    const address = begun.url.split('?')[0]!;
    expect(address).to.match(/\/admin\/simulations\/[0-9a-f-]{36}$/);
    let shown = begun;
    await eventually(async () => {
      shown = await ana.get(address);
      expect(shown.text).to.contain('tile-number');
    });
    return shown;
  }
  const numbers = (text: string) => [...text.matchAll(/tile-number[^>]*><strong>(\d+)</g)].map(([, n]) => Number(n));

  it('a policy is tried on the last 30 days before it is saved, and saved from there', async () => {
    const form = ana.form(await ana.get(at('/admin/policy')), /policy$/);
    const before = await loadPolicy(await server.scope());
    const shown = await result(await ana.submit(form, { 'secondFactor.demand': 'required', 'secondFactor.factors': 'totp', try: 'yes' }));
    expect(numbers(shown.text)).to.deep.equal([2, 0, 2]);
    expect(shown.text).to.contain('Ana Souza').and.to.contain('João da Silva').and.to.contain('Set up a second factor');
    expect(await loadPolicy(await server.scope()), 'nothing was saved').to.deep.equal(before);
    const file: string[][] = parse((await ana.get(`${shown.url}/file`)).text, { bom: true });
    expect(file.slice(1).map(([name, , where, effect, why]) => [name, where, effect, why])).to.deep.equal([
      ['Ana Souza', 'Launchpad', 'Would need an extra step', 'Set up a second factor'],
      ['João da Silva', 'Launchpad', 'Would need an extra step', 'Set up a second factor'],
    ]);
    expect((await ana.get(`${shown.url}?effect=refused`)).text).to.contain('No results');
    const found = (await ana.get(`${shown.url}?q=silva`)).text;
    expect(/<main[\s\S]*<\/main>/.exec(found)![0])
      .to.contain('João')
      .and.not.to.contain('Ana Souza');
    const harmless = await result(await ana.submit(form, { 'secondFactor.rememberDays': '7', 'secondFactor.factors': 'totp', try: 'yes' }));
    expect(numbers(harmless.text)).to.deep.equal([2, 0, 0]);
    expect(harmless.text).to.contain('Nobody would be refused');
    const saved = await ana.submit(ana.form(harmless, /save$/));
    expect(saved.url).to.contain('/admin/policy?done=policy_');
    expect((await loadPolicy(await server.scope())).rules.base.secondFactor.rememberDays).to.equal(7);
    const again = await ana.submit(ana.form(shown, /save$/));
    expect(again.status, 'the policy is another one now').to.equal(409);
    const trial = ana.form(await ana.get(at('/admin/policy')), /trial$/);
    await ana.submit(trial, { decision: 'revert' });
  });

  it('a policy that is none is shown again with what to mend', async () => {
    const form = ana.form(await ana.get(at('/admin/policy')), /policy$/);
    const again = await ana.submit(form, { 'password.minLength': '1', try: 'yes' });
    expect(again.status).to.equal(422);
    expect(again.text).to.contain('password.minLength-fault');
  });

  it('an override is tried, too, and its name stands beside the reason', async () => {
    const form = ana.form(await ana.get(at('/admin/policy/overrides/new')), /new$/);
    const group = `group:${(await finance()).split('/').at(-1)}`;
    const shown = await result(await ana.submit(form, { for: group, networks: '192.0.2.0/24', try: 'yes' }));
    expect(numbers(shown.text)).to.deep.equal([2, 1, 0]);
    expect(shown.text).to.contain('João da Silva').and.to.contain('Network not allowed (rule for Finance)');
    expect((await loadPolicy(await server.scope())).rules.overrides).to.deep.equal([]);
  });

  it('a group is tried without its people, with a factor, or gone', async () => {
    expect((await ana.get(at(await finance()))).text).to.contain('/simulate');
    const page = await ana.get(at(`${await finance()}/simulate`));
    const form = ana.form(page, /simulate$/);
    expect((await ana.submit(form, {})).text).to.contain('Choose at least one change');
    const wrong = await ana.submit(form, { leaving: 'nobody@acme.example' });
    expect([wrong.status, wrong.text.includes('No user signs in with')]).to.deep.equal([422, true]);
    const shown = await result(await ana.submit(form, { demand: 'required', joining: 'ana@acme.example' }));
    expect(numbers(shown.text)).to.deep.equal([2, 0, 2]);
    expect(shown.text).to.contain('(rule for Finance)');
    const { text } = await ana.get(at(await finance()));
    expect(/<main[\s\S]*<\/main>/.exec(text)![0], 'nobody joined it').not.to.contain('Ana Souza');
  });

  it('an application is tried without a group, after somebody opened it', async () => {
    await joao.get(at('/launchpad'));
    const scope = await server.scope();
    const applicationId = (await payroll()).split('/').at(-1)!;
    const { user_id } = (await scope.db('users').where({ context_id: scope.contextId, username_key: 'jsilva' }).first('user_id'))!;
    await scope
      .db('application_uses')
      .insert({ context_id: scope.contextId, user_id, application_id: applicationId as never, last_used_at: new Date() });
    const form = ana.form(await ana.get(at(`${await payroll()}/simulate`)), /simulate$/);
    expect((await ana.submit(form, { all_groups_shown: '', all_groups_search: '' })).text).to.contain('Choose at least one change');
    const shown = await result(await ana.submit(form, { leaving_group: (await finance()).split('/').at(-1)! }));
    expect(numbers(shown.text)).to.deep.equal([2, 1, 0]);
    expect(shown.text).to.contain('Payroll').and.to.contain('No longer assigned');
    const disabled = await result(await ana.submit(form, { access: 'disabled' }));
    expect(disabled.text).to.contain('Application disabled');
    const tasks = await ana.get(at('/admin/operations'));
    expect(tasks.text).to.contain('Simulation');
    expect((await ana.get(disabled.url.replace('simulations', 'operations'))).text).to.contain('View simulation');
  });

  it('is for administrators, of their own company, each their own', async () => {
    const paths = [
      `/admin/simulations/${unknownId}`,
      `/admin/simulations/${unknownId}/file`,
      `/admin/groups/${unknownId}/simulate`,
      `/admin/applications/${unknownId}/simulate`,
    ];
    for (const path of paths) {
      expect((await ana.get(at(path))).status, path).to.equal(404);
      expect((await joao.get(at(path))).status, path).to.equal(403);
    }
  });
});
