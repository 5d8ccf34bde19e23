import { expect } from 'chai';
import { type Answer, Jar, send } from '../../support/jar.ts';
import { authorizationUrl, exchange, signInWithTokens } from '../../support/oidc.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: requests by POST (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2)', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const form = (extra: Record<string, string> = {}) => {
    const { url, verifier } = authorizationUrl(server, extra);
    return { fields: new URL(url).searchParams, verifier };
  };
  /** As a form of another site is sent: no cookie comes with it (SameSite=Lax). */
  const post = (path: string, fields: URLSearchParams | Record<string, string>): Promise<Answer> =>
    send(at(path), { form: fields, headers: { accept: 'text/html', origin: 'https://rp.example', 'sec-fetch-site': 'cross-site' } });
  const stop = (url: string) => url.startsWith(server.redirectUri);

  it('somebody who is signed in arrives with a code, by a GET that has no parameter of the request in its address', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const { fields, verifier } = form();
    const posted = await post('/oidc/authorize', fields);
    expect([posted.status, posted.setCookie]).to.deep.equal([303, []]);
    expect(posted.location).to.match(/^[^?]+\/acme\/oidc\/authorize\?posted=[\w-]{43}$/);
    const { location } = await jar.follow(posted.location!, {}, stop);
    const code = new URL(location!).searchParams.get('code')!;
    expect((await exchange(server, code, verifier)).status).to.equal(200);
  });

  it('somebody who is not signs in first; the page may be loaded again', async () => {
    const jar = new Jar();
    const posted = await post('/oidc/authorize', form().fields);
    await jar.follow(posted.location!);
    const page = await jar.follow(posted.location!);
    expect(new URL((await fillSignIn(jar, page, 'jsilva', passwords.joao, stop)).location!).searchParams.has('code')).to.equal(true);
  });

  it('what is refused in a link is refused in a form: twice the same name, another address, an unknown client', async () => {
    const twice = form().fields;
    twice.append('redirect_uri', 'https://elsewhere.example/');
    for (const [fields, error] of [
      [twice, 'invalid_request'],
      [form({ redirect_uri: 'https://elsewhere.example/' }).fields, 'invalid_redirect_uri'],
      [form({ client_id: 'nobody' }).fields, 'invalid_client'],
    ] as const) {
      const posted = await post('/oidc/authorize', fields);
      // of an unknown client nothing is kept
      const { status, text, location } = error === 'invalid_client' ? posted : await new Jar().get(posted.location!);
      expect([status, location]).to.deep.equal([400, undefined]);
      expect(text).to.contain(error);
    }
  });

  it('is bounded: 32 KiB pass, more is refused with a page and changes no cookie', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const large = await post(
      '/oidc/authorize',
      form({ claims: JSON.stringify({ userinfo: { ['s'.repeat(25_000)]: null } }), state: 'large' }).fields,
    );
    const { location } = await jar.follow(large.location!, {}, stop);
    expect(new URL(location!).searchParams.get('state')).to.equal('large');
    for (const path of ['/oidc/authorize', '/oidc/sign-out']) {
      const refused = await post(path, form({ state: 's'.repeat(40_000) }).fields);
      expect([refused.status, refused.setCookie]).to.deep.equal([413, []]);
      expect(refused.text).to.contain('at most 32768 bytes').and.to.contain('lang="en"');
    }
  });

  it('another type than a form’s is refused with a page', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain']) {
      const refused = await send(at('/oidc/authorize'), { body: '{}', headers: { 'content-type': type, accept: 'text/html' } });
      expect([refused.status, refused.text.includes('application/x-www-form-urlencoded')], type).to.deep.equal([415, true]);
    }
  });

  it('after ten minutes it is over; so is one that nobody posted, or that was posted to another company', async () => {
    const posted = await post('/oidc/authorize', form().fields);
    const elsewhere = posted.location!.replace('/acme/', '/other/');
    expect((await new Jar().get(elsewhere)).status).to.equal(400);
    const { db } = await server.scope();
    const [kept] = await db('oidc_artifacts').where({ kind: 'PostedRequest' }).orderBy('expires_at', 'desc');
    expect(kept!.expires_at!.getTime() - Date.now()).to.be.within(9 * 60_000, 10 * 60_000);
    await db('oidc_artifacts')
      .where({ kind: 'PostedRequest' })
      .update({ expires_at: new Date(Date.now() - 1000) });
    const over = await new Jar().get(posted.location!);
    expect([over.status, over.text.includes('This sign-in has expired')], over.text.slice(0, 900)).to.deep.equal([400, true]);
    expect((await new Jar().get(at(`/oidc/authorize?posted=${'x'.repeat(43)}`))).status).to.equal(400);
    expect((await new Jar().get(at('/oidc/authorize?posted=a&posted=b'))).status).to.equal(400);
  });

  it('a posted sign-out asks, as a link does: no site signs anybody out', async () => {
    const { jar, tokens } = await signInWithTokens(server, 'jsilva', passwords.joao);
    const bye = server.redirectUri.replace('/callback', '/bye');
    const fields = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 'z' };
    const posted = await post('/oidc/sign-out', fields);
    expect(posted.location).to.match(/\/oidc\/sign-out\?posted=[\w-]{43}$/);
    const question = await jar.follow(posted.location!);
    expect((await jar.follow(at('/launchpad'))).url, 'still signed in').to.match(/launchpad$/);
    const back = await jar.submit(jar.form(question, /confirm/), { logout: 'yes' }, (url) => url.startsWith(bye));
    expect(back.location).to.equal(`${bye}?state=z`);
    const again = await post('/oidc/sign-out', fields);
    expect((await jar.get(again.location!)).location, 'nobody is signed in any more').to.equal(`${bye}?state=z`);
  });
});
