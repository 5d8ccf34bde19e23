import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web: the console says how long an application’s tokens last', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const settings = async () => (await findApplicationByCode(await server.scope(), 'payroll'))!;
  const at = async (path: string) => `${server.issuer}/admin/applications/${(await settings()).applicationId}${path}`;
  /** Sends the form as it is shown, with changes; a box without a value is not sent. */
  async function change(changes: Record<string, string>, headers = {}): Promise<Answer> {
    const { action, entries } = ana.form(await ana.get(await at('/edit')), /edit$/);
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(changes)) form.set(name, value);
    return ana.get(action, { form, headers });
  }

  it('what is typed holds, is shown on the application’s page and exported; empty is as usual', async () => {
    const typed = {
      access_token_seconds: '300',
      id_token_seconds: '',
      refresh_token_seconds: '86400',
      grant_seconds: '604800',
      refresh_overlap_seconds: '0',
      introspects_all_applications: 'yes',
    };
    expect((await change(typed)).status).to.equal(303);
    const kept = { access_token_seconds: 300, refresh_token_seconds: 86_400, grant_seconds: 604_800, refresh_overlap_seconds: 0 };
    const { oidc } = await settings();
    expect(oidc)
      .to.include({ ...kept, introspects_all_applications: true })
      .and.not.have.property('id_token_seconds');
    const page = (await ana.get(await at('/advanced'))).text;
    for (const line of [
      'Access token</dt><dd>5 min<',
      'ID token</dt><dd>1 h<',
      'Refresh token, since last use</dt><dd>1 d<',
      'Refresh token overlap</dt><dd>0 s<',
      'Allow introspection of all applications’ access tokens</dt><dd>Yes<',
    ])
      expect(page).to.contain(line);
    const exported = JSON.parse((await ana.get(await at('/export'))).text);
    expect(JSON.stringify(exported)).to.contain('"grant_seconds":604800').and.to.contain('"introspects_all_applications":true');
    expect((await change({})).status, 'sent again as it is').to.equal(303);
    expect((await settings()).oidc).to.deep.equal(oidc);
    await change({ ...Object.fromEntries(Object.keys(typed).map((name) => [name, ''])) });
    expect((await settings()).oidc).to.not.have.any.keys(...Object.keys(typed));
  });

  it('what does not fit is said in the reader’s language, and nothing typed is lost', async () => {
    for (const [language, message] of [
      ['en', 'Enter a whole number within the range shown.'],
      ['es', 'Ingrese un número entero en el rango indicado.'],
      ['pt-BR', 'Informe um número inteiro no intervalo indicado.'],
    ] as const) {
      const answer = await change({ access_token_seconds: '5', grant_seconds: '700' }, { 'accept-language': language });
      expect([answer.status, answer.text.includes(message)], language).to.deep.equal([422, true]);
      expect(answer.text).to.contain('value="5"').and.to.contain('value="700"');
    }
    const letters = await change({ refresh_overlap_seconds: 'half a minute' });
    expect([letters.status, letters.text.includes('value="half a minute"')]).to.deep.equal([422, true]);
    const nobody = await change({ token_endpoint_auth_method: 'none', introspects_all_applications: 'yes' });
    expect(nobody.text).to.contain('Introspection requires an application');
  });
});
