import { expect } from 'chai';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { deleteCustomField } from '../../../src/domain/applications/custom-field-uses/index.ts';
import { listCustomFields } from '../../../src/domain/company/custom-fields/index.ts';
import { editUser, findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { type Jar, send } from '../../support/jar.ts';
import { signInWithTokens } from '../../support/oidc.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: claims of custom fields', () => {
  let server: TestServer;
  let ana: Jar;
  beforeEach(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  it('custom fields are claims by an application’s mapping, as what they are, with the scope profile', async () => {
    const fields = [
      { code: 'cost_center', label: 'Cost center', type: 'text' },
      { code: 'badge', label: 'Badge', type: 'number' },
      { code: 'driver', label: 'Driver', type: 'boolean' },
      { code: 'sites', label: 'Sites', type: 'choices', options: ['Recife', 'Joinville'] },
    ];
    const oidc = {
      client_id: 'payroll',
      client_secret: clientSecret,
      redirect_uris: [server.redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    };
    const claims = [
      { name: 'cost_center', from: 'custom.cost_center' },
      { name: 'https://acme.example/badge', from: 'custom.badge' },
      { name: 'driver', from: 'custom.driver' },
      { name: 'sites', from: 'custom.sites' },
      { name: 'office', from: 'department' },
    ];
    const state = (mapped: unknown) => ({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          customFields: fields,
          applications: [{ code: 'payroll', name: 'Payroll', oidc: { ...oidc, claims: mapped } }],
        },
      ],
    });
    await server.apply(state(claims));
    const scope = await server.scope();
    const joao = (await findUserByLogin(scope, 'jsilva'))!;
    const told = { cost_center: 'FIN-1', badge: '12.5', driver: 'no', sites: ['Recife'] };
    await editUser(scope, joao.userId, { customFields: told });
    const read = async (wanted: string) => {
      const { tokens } = await signInWithTokens(server, 'jsilva', passwords.joao, { scope: wanted });
      const { text } = await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      return JSON.parse(text);
    };
    const expected = { cost_center: 'FIN-1', 'https://acme.example/badge': 12.5, driver: false, sites: ['Recife'] };
    const userinfo = await read('openid profile');
    expect(userinfo).to.deep.include(expected);
    expect(userinfo, 'nothing to say').to.not.have.property('office');
    expect(await read('openid'), 'without profile').to.have.all.keys('sub');

    for (const [name, from] of [
      ['sub', 'custom.badge'],
      ['email', 'custom.badge'],
      ['1st', 'custom.badge'],
      ['fine', 'custom.unknown'],
      ['fine', 'password'],
    ]) {
      const refused = await server.apply(state([{ name, from }])).catch((error) => error);
      expect(refused, `${name} from ${from}`).to.be.instanceOf(Error);
    }
    // the field cannot go while an application is told it
    const { fieldId } = (await listCustomFields(scope)).find(({ code }) => code === 'badge')!;
    const kept = await deleteCustomField(scope, fieldId).catch((error) => error);
    expect(kept.code).to.equal('custom_field_in_use');
  });

  it('claims are mapped in the console, and what does not fit is named', async () => {
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', customFields: [{ code: 'badge', label: 'Badge', type: 'number' }] }],
    });
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    const path = `${server.issuer}/admin/applications/${applicationId}/edit`;
    const save = async (name: string) => {
      const { action, entries } = ana.form(await ana.get(path), /edit$/);
      const form = new URLSearchParams(entries);
      form.delete('claim_name');
      form.delete('claim_from');
      form.append('claim_name', name);
      form.append('claim_from', 'custom.badge');
      return ana.get(action, { form });
    };
    const refused = await save('iss');
    expect([refused.status, refused.text.includes('claim is reserved')]).to.deep.equal([422, true]);
    expect((await save('badge')).status).to.equal(303);
    expect((await findApplicationByCode(await server.scope(), 'payroll'))!.oidc!.claims).to.deep.equal([
      { name: 'badge', from: 'custom.badge' },
    ]);
  });
});
