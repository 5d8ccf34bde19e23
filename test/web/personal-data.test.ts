import { expect } from 'chai';
import { findUserByLogin } from '../../src/domain/users/index.ts';
import type { Jar } from '../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

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
    expect([refused.status, refused.text.includes('Type it exactly'), refused.text.includes('value="jsilvaa"')]).to.deep.equal([
      422,
      true,
      true,
    ]);
    const answer = await send('JSilva');
    expect(answer.headers['content-disposition']).to.contain('attachment');
    const data = JSON.parse(answer.text);
    expect(data.person).to.include({ username: 'jsilva', department: 'Payroll office' });
    const deeds = data.history.map(({ type, by }: { type: string; by: { name: string } }) => `${type} by ${by.name}`);
    expect(deeds).to.include.members(['user.viewed by Ana Souza', 'user.edited by Ana Souza', 'user.data-exported by Ana Souza']);
    expect(JSON.stringify(data.history), 'where the administrator was is hers').to.not.contain('127.0.0.1');
    expect(answer.text).to.not.match(/argon2|hash|token/i);
  });

  it('one’s own page is no view, and a failed confirmation exports nothing', async () => {
    const scope = await server.scope();
    const me = (await findUserByLogin(scope, 'ana@acme.example'))!;
    await ana.get(`${server.issuer}/admin/users/${me.userId}`);
    expect(await scope.db('audit_events').whereIn('type', ['user.viewed', 'user.data-exported'])).to.have.length(0);
  });
});
