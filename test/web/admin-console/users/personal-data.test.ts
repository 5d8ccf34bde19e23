import { expect } from 'chai';
import { collectPersonalData } from '../../../../src/domain/administration/personal-data/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import type { Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console: personal data', () => {
  let server: TestServer;
  let ana: Jar;
  beforeEach(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  it('S88–S90: exported as JSON once the username is typed, with who viewed and who changed; the export is audited', async () => {
    const scope = await server.scope();
    const joao = (await findUserByLogin(scope, 'jsilva'))!;
    const page = `${server.issuer}/admin/users/${joao.userId}`;
    await ana.get(page);
    await ana.submit(ana.form(await ana.get(`${page}/edit`), /edit$/), { department: 'Payroll office' });
    const send = async (confirmation: string) =>
      ana.submit(ana.form(await ana.get(`${page}/personal-data`), /personal-data$/), { confirmation });
    const refused = await send('jsilvaa');
    expect([refused.status, refused.text.includes('Enter it exactly'), refused.text.includes('value="jsilvaa"')]).to.deep.equal([
      422,
      true,
      true,
    ]);
    const answer = await send('JSilva');
    expect(answer.headers['content-disposition']).to.contain('attachment');
    const data = JSON.parse(answer.text);
    expect(data.person).to.include({ username: 'jsilva', department: 'Payroll office' });
    const actions = data.history.map(({ type, by }: { type: string; by: { name: string } }) => `${type} by ${by.name}`);
    expect(actions).to.include.members(['user.viewed by Ana Souza', 'user.edited by Ana Souza', 'user.data-exported by Ana Souza']);
    expect(JSON.stringify(data.history), 'where the administrator was is hers').to.not.contain('127.0.0.1');
    expect(answer.text).to.not.match(/argon2|hash|token/i);
  });

  it('S89: it is everything that is kept of the person', async () => {
    const scope = await server.scope();
    const { userId: user_id } = (await findUserByLogin(scope, 'jsilva'))!;
    await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const application = async (code: string) =>
      (await scope.db('applications').where({ context_id: scope.contextId, code }).first('application_id'))!.application_id;
    const own = { context_id: scope.contextId, user_id };
    const [payroll, mobile] = [await application('payroll'), await application('mobile')];
    await scope.db('applications').where({ application_id: payroll }).update({ enabled: false });
    await scope.db('launchpad_entries').insert({ ...own, application_id: mobile, is_favourite: true, added_at: new Date() });
    await scope.db('persistent_name_ids').insert({ ...own, application_id: payroll, name_id: '_opaque', created_at: new Date() });
    const texts = JSON.stringify({ en: { title: 'Terms', body: 'Be kind.' } });
    await scope.db('terms_editions').insert({ context_id: scope.contextId, edition: 1, texts, published_at: new Date() });
    await scope.db('terms_acceptances').insert({ ...own, edition: 1, accepted_at: new Date(), locale: 'es', ip: '203.0.113.7' });
    const data = JSON.parse(JSON.stringify(await collectPersonalData(scope, user_id)));
    expect(data.applications).to.deep.equal([
      { name: 'Payroll', enabled: false, isDirect: false, byGroups: ['Finance'], lastUsedAt: null },
    ]);
    expect(data.launchpad).to.have.length(1).and.have.nested.property('[0].name', 'Mobile');
    expect(data.knownToApplicationsAs[0]).to.include({ name: 'Payroll', nameId: '_opaque' });
    expect(data.acceptedTerms[0]).to.include({ edition: 1, locale: 'es', ip: '203.0.113.7' });
    expect(data.browsers[0]).to.have.property('userAgent', 'Mozilla/5.0 test');
    // whatever table comes to hold something of people is in it, or here with a reason
    const { rows } = await scope.db.raw(
      "SELECT DISTINCT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id' ORDER BY 1",
    );
    const reasons = {
      audit_keys: 'a key',
      directory_verifiers: 'a secret',
      directory_refusals: 'how often their directory said no: a count for half an hour',
      page_failures: 'what a page could not do, by its support code, for 30 days; it says nothing of the person',
      simulation_findings: 'what a change that nobody made would have done',
      one_time_links: 'secrets of a few days, whose mails the history has',
      passwords: 'a secret; its change is in the history',
      password_history: 'secrets',
      recovery_codes: 'secrets; how they came is in the history',
      sign_in_attempts: 'a count of a quarter of an hour, whose attempts the history has',
      refusal_counts: 'counts of what was refused to them; the history has the refusals',
      operation_items: 'what was done to many at once; each change is in the history',
    };
    const given = {
      api_scope_users: 'grantedAtApis',
      application_users: 'applications',
      application_consents: 'consents',
      application_uses: 'applications',
      directory_entries: 'directory',
      group_members: 'groups',
      known_browsers: 'browsers',
      last_sign_ins: 'lastSignInAt',
      launchpad_entries: 'launchpad',
      persistent_name_ids: 'knownToApplicationsAs',
      planned_deactivations: 'plannedDeactivation',
      second_factors: 'secondFactors',
      sessions: 'sessions',
      terms_acceptances: 'acceptedTerms',
      user_photos: 'photo',
      users: 'person',
    };
    expect(Object.keys(data)).to.include.members(Object.values(given));
    expect(rows.map(({ name }: { name: string }) => name)).to.deep.equal([...Object.keys(given), ...Object.keys(reasons)].sort());
  });

  it('one’s own page is no view, and a failed confirmation exports nothing', async () => {
    const scope = await server.scope();
    const me = (await findUserByLogin(scope, 'ana@acme.example'))!;
    await ana.get(`${server.issuer}/admin/users/${me.userId}`);
    expect(await scope.db('audit_events').whereIn('type', ['user.viewed', 'user.data-exported'])).to.have.length(0);
  });
});
