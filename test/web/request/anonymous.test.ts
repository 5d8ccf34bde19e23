import { expect } from 'chai';
import { pageRoutes } from '../../../src/app/web-routes.ts';
import { Jar, send } from '../../support/jar.ts';
import { fillSignIn, passwords, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/request: whoever only asks for a page', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  /** How many rows each table has, and what was changed of any since the server began. */
  async function written(): Promise<unknown> {
    const { db } = await server.scope();
    const { rows: tables } = await db.raw<{ rows: { name: string }[] }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' OR table_name = '_private_jobs' ORDER BY 1`,
    );
    const hash = ({ name }: { name: string }) =>
      `(SELECT md5(coalesce(string_agg(x::text, '|' ORDER BY x::text), '')) FROM ${name} x) AS "${name}"`;
    return (await db.raw<{ rows: unknown[] }>(`SELECT ${tables.map(hash).join(', ')}`)).rows[0];
  }

  it('and is not signed in writes nothing, on any page that asks for a sign-in', async () => {
    const asked = pageRoutes({} as never, {} as never).filter(({ method, access }) => method === 'GET' && access !== 'anyone');
    expect(asked.length).to.be.greaterThan(100);
    const before = await written();
    for (const { path } of asked) {
      const answer = await send(`${server.issuer}${path.replace(/:\w+/g, '00000000-0000-7000-8000-000000000000')}?q=${'x'.repeat(3000)}`);
      expect([302, 303], path).to.include(answer.status);
      expect(answer.location, path).to.contain('/acme/sign-in/').and.to.have.length.below(4000);
      expect((await new Jar().follow(answer.location!)).status, path).to.be.oneOf([200, 403]);
    }
    for (const path of ['/', '/sign-in', '/sign-in?to=/account', '/sign-in?to=//evil.example', '/recovery', '/signed-out'])
      await new Jar().follow(`${server.issuer}${path}`);
    expect(await written()).to.deep.equal(before);
  });

  it('comes back to it after the sign-in, also from a long address; what is sealed opens nowhere else', async () => {
    const jar = new Jar();
    const page = await jar.follow(`${server.issuer}/launchpad?q=${'y'.repeat(1500)}`);
    const sealed = page.url;
    expect((await new Jar().follow(sealed)).text, 'in a browser that was never here').to.contain('name="password"');
    // not the last letter, of which some bits mean nothing
    const changed = sealed.replace(/.(?=.{20}$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
    for (const url of [changed, `${sealed}x`, sealed.replace('/acme/', '/other/')])
      expect((await jar.follow(url)).text, url).to.contain('That sign-in had expired');
    const answer = await fillSignIn(jar, page, 'jsilva', passwords.joao);
    expect(answer.url).to.equal(`${server.issuer}/launchpad?q=${'y'.repeat(1500)}`);
    const { db } = await server.scope();
    expect(await db('pending_requests').whereNotNull('finished_at')).to.have.length(1);
    expect((await jar.follow(sealed)).url, 'back').to.contain('/launchpad');
  });
});
