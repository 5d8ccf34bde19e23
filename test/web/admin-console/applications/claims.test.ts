import { expect } from 'chai';
import {
  editApplication,
  findApplicationByCode,
  type OidcSettings,
  portableApplication,
} from '../../../../src/domain/applications/applications/index.ts';
import { listCustomFields } from '../../../../src/domain/company/custom-fields/index.ts';
import { editUser, findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Jar, send } from '../../../support/jar.ts';
import { json, signInWithTokens } from '../../../support/oidc.ts';
import { eventually } from '../../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console/applications: what an OpenID Connect application is told', () => {
  let server: TestServer;
  let ana: Jar;
  let base: string;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const scope = await server.scope();
    base = `${server.issuer}/admin/applications/${(await findApplicationByCode(scope, 'payroll'))!.applicationId}`;
  });
  after(() => server.close());

  const settings = async (): Promise<OidcSettings> => (await findApplicationByCode(await server.scope(), 'payroll'))!.oidc!;
  /** The form as it is shown, with these changes: a list stands for all boxes of a name, and lines are appended. */
  async function save(changes: Record<string, string | string[]>) {
    const { action, entries } = ana.form(await ana.get(`${base}/edit`), /edit$/);
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(changes)) {
      form.delete(name);
      for (const one of [value].flat()) form.append(name, one);
    }
    return ana.get(action, { form });
  }
  const three = (...values: string[]) => [...values, '', '', ''].slice(0, 3);

  it('a form that nobody changed changes nothing', async () => {
    const before = await settings();
    expect((await save({})).status).to.equal(303);
    expect(await settings()).to.deep.equal(before);
  });

  it('every setting is kept as it was chosen, shown again, and exported', async () => {
    const saved = await save({
      told_email: ['userinfo'],
      told_locale: [],
      told_groups: ['id_token', 'userinfo', 'access_token'],
      id_token_claims: 'requested',
      claim_name: three('tier', 'roles', 'unit'),
      claim_from: ['fixed', 'template', 'department'],
      claim_text: three('gold', '{group:app-}'),
      claim_scope: ['openid', 'groups', 'profile'],
      claim_into_0: ['access_token'],
      groups_only: 'listed',
      groups_prefix: 'Fin',
      groups_strip: 'yes',
      groups_names: 'Finance = finance = all\nFinland',
      most_values: '20',
    });
    expect(saved.status, saved.text.slice(0, 3000)).to.equal(303);
    const expected = {
      standard_claims: { email: ['userinfo'], locale: [], groups: ['id_token', 'userinfo', 'access_token'] },
      id_token_claims: 'requested',
      claims: [
        { name: 'tier', value: 'gold', scope: 'openid', into: ['access_token'] },
        { name: 'roles', template: '{group:app-}', scope: 'groups' },
        { name: 'unit', from: 'department' },
      ],
      groups_claim: {
        only: 'listed',
        prefix: 'Fin',
        strip_prefix: true,
        names: [{ group: 'Finance', as: 'finance = all' }, { group: 'Finland' }],
      },
      most_values: 20,
    };
    expect(await settings()).to.deep.include(expected);
    expect((await save({})).status, 'the form shows them').to.equal(303);
    expect(await settings()).to.deep.include(expected);
    const application = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    expect(portableApplication(application).oidc).to.deep.include(expected);
    const page = (await ana.get(`${base}/data`)).text;
    expect(page).to.contain('<code>locale</code>').and.to.contain('tier roles unit').and.to.contain('Finance, Finland');
  });

  it('what does not fit is named, and nothing typed is lost', async () => {
    const cases: [Record<string, string | string[]>, string, string][] = [
      [{ most_values: 'many' }, 'whole number', 'value="many"'],
      [{ sector_identifier_uri: 'http://x.example', subject_type: 'pairwise' }, 'Enter an https URL', 'value="http://x.example"'],
      [
        { claim_name: three('fine'), claim_from: ['template', 'login', 'login'], claim_text: three('{nobody}') },
        'braces',
        'value="{nobody}"',
      ],
      [
        { claim_name: three('fine'), claim_from: ['fixed', 'login', 'login'], claim_text: three('x'), claim_into_0: [] },
        'at least one place',
        'value="fine"',
      ],
      [{ groups_only: 'listed', groups_names: '' }, 'Enter the groups to send', 'value="listed" selected'],
    ];
    const before = await settings();
    for (const [changes, fault, kept] of cases) {
      const { status, text } = await save(changes);
      expect(status, fault).to.equal(422);
      expect(text).to.contain(fault).and.to.contain(kept);
    }
    expect(await settings()).to.deep.equal(before);
  });

  it('the preview shows what the application reads, of every claim in every place, and who looked is recorded', async () => {
    const scope = await server.scope();
    const joao = (await findUserByLogin(scope, 'jsilva'))!;
    await editUser(scope, joao.userId, { department: 'Estoque <1>' });
    const { applicationId, ...application } = (await findApplicationByCode(scope, 'payroll'))!;
    const { secret_fingerprint: _, ...oidc } = application.oidc!;
    await editApplication(scope, applicationId, {
      ...application,
      oidc: { ...oidc, id_token_claims: undefined, groups_claim: { prefix: 'F', strip_prefix: true } },
    });
    await eventually(async () => expect((await ana.get(`${base}/preview?login=jsilva`)).text).to.contain('inance'));
    const document = (text: string, id: string) =>
      JSON.parse(
        new RegExp(`<pre[^>]*id="${id}"[^>]*>([^<]*)</pre>`)
          .exec(text)![1]!
          .replaceAll('&quot;', '"')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>'),
      );
    for (const scopes of ['openid profile email groups', 'openid']) {
      const { text } = await ana.get(`${base}/preview?login=jsilva&scope=${encodeURIComponent(scopes)}`);
      const { tokens } = await signInWithTokens(server, 'jsilva', passwords.joao, { scope: scopes });
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      expect(document(text, 'userinfo'), scopes).to.deep.equal(json(await send(`${server.issuer}/oidc/userinfo`, { headers })));
      const idToken = JSON.parse(Buffer.from(tokens.id_token.split('.')[1]!, 'base64url').toString());
      const { iat: _i, exp: _e, nonce: _n, acr: _a, amr: _m, auth_time: _t, at_hash: _h, sid: _s, ...ofPerson } = idToken;
      expect(document(text, 'id_token')).to.deep.equal(ofPerson);
      expect(document(text, 'access_token')).to.include({ tier: 'gold', client_id: 'payroll' });
    }
    expect((await eventsOf(scope, { type: 'user.viewed' })).at(0)?.subjectName).to.equal('João da Silva');
    const stranger = (await ana.get(`${base}/preview?login=%3Cb%3E`)).text;
    expect(stranger).to.contain('No user signs in with &lt;b&gt;').and.not.contain('id="id_token"');
    const regular = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await regular.get(`${base}/preview`)).status, 'of administrators only').to.equal(403);
  });

  it('a field of the company fills a standard claim of every application; its scope is announced from then on', async () => {
    const discovery = async () => json(await send(`${server.issuer}/.well-known/openid-configuration`));
    expect((await discovery()).scopes_supported).to.not.include.any.members(['phone', 'address']);
    const path = `${server.issuer}/admin/custom-fields/new`;
    for (const [code, claim] of [
      ['phone', 'phone_number'],
      ['city', 'address.locality'],
    ] as const) {
      const form = ana.form(await ana.get(path), /new$/);
      expect((await ana.submit(form, { label: code, code, claim })).status).to.equal(200);
    }
    expect((await listCustomFields(await server.scope())).map(({ claim }) => claim)).to.deep.equal(['phone_number', 'address.locality']);
    const scope = await server.scope();
    const joao = (await findUserByLogin(scope, 'jsilva'))!;
    await editUser(scope, joao.userId, { customFields: { phone: '+55 81 1', city: 'Recife' } });
    await eventually(async () => expect((await discovery()).scopes_supported).to.include.members(['phone', 'address']));
    expect((await discovery()).claims_supported).to.include.members(['phone_number', 'phone_number_verified', 'address']);
    const { tokens } = await signInWithTokens(server, 'jsilva', passwords.joao, { scope: 'openid phone address' });
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect(json(await send(`${server.issuer}/oidc/userinfo`, { headers }))).to.deep.include({
      phone_number: '+55 81 1',
      phone_number_verified: false,
      address: { locality: 'Recife' },
    });
    const apply = async (claim: object) => {
      await server.apply({ contexts: [{ code: 'acme', customFields: [{ code: 'phone', label: 'phone', type: 'text', ...claim }] }] });
      return (await listCustomFields(scope)).find(({ code }) => code === 'phone')!.claim;
    };
    expect(await apply({}), 'a file that does not say leaves it').to.equal('phone_number');
    expect(await apply({ claim: 'nickname' })).to.equal('nickname');
    expect(await apply({ claim: null })).to.equal(undefined);
  });
});
