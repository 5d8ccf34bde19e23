import { expect } from 'chai';
import { Jar } from '../../support/jar.ts';
import { signInWithTokens } from '../../support/oidc.ts';
import { setPolicy } from '../../support/policy.ts';
import { passwords, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: sign-out from an application whose person has no session (RP-Initiated Logout §2, §3)', () => {
  let server: TestServer;
  let now: Date;
  before(async () => {
    now = new Date();
    server = await startTestServer({ clock: { now: () => now } });
    await setPolicy(server, { session: { idleMinutes: 30 } });
  });
  after(() => server.close());

  const bye = () => server.redirectUri.replace('/callback', '/bye');
  const address = (parameters: Record<string, string>) => `${server.issuer}/oidc/sign-out?${new URLSearchParams(parameters)}`;
  const way = () => ({ post_logout_redirect_uri: bye(), state: 'z' });
  const expectReturned = ({ status, location }: { status: number; location?: string }) =>
    expect([status, location]).to.deep.equal([303, `${bye()}?state=z`]);

  it('a browser that never signed in, or lost its cookies, returns at once', async () => {
    expectReturned(await new Jar().get(address({ client_id: 'payroll', ...way() })));
  });

  it('with a hint, with and without the client’s id', async () => {
    const { tokens } = await signInWithTokens(server, 'jsilva', passwords.joao);
    expectReturned(await new Jar().get(address({ id_token_hint: tokens.id_token, ...way() })));
    expectReturned(await new Jar().get(address({ id_token_hint: tokens.id_token, client_id: 'payroll', ...way() })));
  });

  it('in a second tab, after the first signed out; the page that was open there returns, too', async () => {
    const { jar } = await signInWithTokens(server, 'jsilva', passwords.joao);
    const url = address({ client_id: 'payroll', ...way() });
    const [first, second] = [await jar.get(url), await jar.get(url)];
    expect(second.text).to.contain('name="xsrf"');
    const form = jar.form(second, /confirm/);
    expect((await jar.get(form.action, { form: { ...form.fields, logout: 'yes' } })).location).to.equal(`${bye()}?state=z`);
    expectReturned(await jar.get(url));
    const late = await jar.submit(jar.form(first, /confirm/), { logout: 'yes' }, () => true);
    expect(late.status, 'asked once more').to.equal(200);
    expect(late.text).to.not.contain('error');
  });

  it('the question of a second tab takes the first one’s place, which asks once more and signs out', async () => {
    const { jar } = await signInWithTokens(server, 'jsilva', passwords.joao);
    const url = address({ client_id: 'payroll', ...way() });
    const [first] = [await jar.get(url), await jar.get(url)];
    const asked = await jar.submit(jar.form(first, /confirm/), { logout: 'yes' });
    expect([asked.status, asked.text.includes('name="xsrf"')]).to.deep.equal([200, true]);
    const done = await jar.submit(jar.form(asked, /confirm/), { logout: 'yes' }, () => true);
    expect(done.location).to.equal(`${bye()}?state=z`);
    expectReturned(await jar.get(url));
  });

  it('after the session idled out', async () => {
    const { jar } = await signInWithTokens(server, 'jsilva', passwords.joao);
    now = new Date(now.getTime() + 31 * 60_000);
    expectReturned(await jar.get(address({ client_id: 'payroll', ...way() })));
  });

  it('without an address there is our page, and an address that is not registered is refused', async () => {
    const signedOut = await new Jar().follow(address({ client_id: 'payroll' }));
    expect([signedOut.status, signedOut.text.includes('You are signed out')]).to.deep.equal([200, true]);
    const unknown = await new Jar().get(address({ client_id: 'payroll', post_logout_redirect_uri: 'https://elsewhere.example/' }));
    expect([unknown.status, unknown.location]).to.deep.equal([400, undefined]);
    const nobodys = await new Jar().get(address({ post_logout_redirect_uri: bye() }));
    expect(nobodys.location, 'whose address it is nobody said').to.match(/sign-out\/success$/);
  });

  it('another language keeps what was asked for', async () => {
    const { jar } = await signInWithTokens(server, 'jsilva', passwords.joao);
    const asked = await jar.get(address({ client_id: 'payroll', ...way() }));
    const [, link = ''] = /href="([^"]+)" lang="es"/.exec(asked.text)!;
    const spanish = await jar.follow(new URL(link.replaceAll('&amp;', '&'), asked.url).href);
    expect(spanish.text).to.contain('lang="es"').and.to.contain('Payroll');
    const done = await jar.submit(jar.form(spanish, /confirm/), { logout: 'yes' }, () => true);
    expect(done.location).to.equal(`${bye()}?state=z`);
  });

  it('whoever is signed in is asked: no link signs anybody out', async () => {
    const { jar } = await signInWithTokens(server, 'jsilva', passwords.joao);
    expect((await jar.get(address({ client_id: 'payroll', ...way() }))).status).to.equal(200);
    expect((await jar.follow(`${server.issuer}/launchpad`)).url).to.match(/launchpad$/);
  });
});
