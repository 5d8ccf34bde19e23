import { expect } from 'chai';
import type { Status } from '../../../src/domain/people/users/index.ts';
import { eventsOf, watchRefusals } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { Jar, send } from '../../support/jar.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/sign-in: attacks', () => {
  let server: TestServer;
  const { clock, wait } = movableClock();
  before(async () => {
    server = await startTestServer({ clock });
  });
  after(() => server.close());

  const signInPage = async (code = 'acme') => {
    const jar = new Jar();
    return { jar, page: await jar.follow(`${server.baseUrl}/${code}/launchpad`) };
  };
  const attempt = async (login: string, password: string) => {
    const { jar, page } = await signInPage();
    return fillSignIn(jar, page, login, password);
  };
  const users = async (login: string) => {
    const scope = await server.scope();
    return scope.db('users').where({ context_id: scope.contextId }).whereRaw('? IN (email_key, username_key)', [login]).first();
  };
  const addPerson = (username: string, password = 'a password for this test') =>
    server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', users: [{ username, firstName: 'Test', lastName: username, password }] }],
    });
  const setStatus = async (username: string, status: Status) => {
    const scope = await server.scope();
    await scope.db('users').where({ context_id: scope.contextId, username_key: username }).update({ status });
  };
  const comparable = (text: string) =>
    text
      .replace(/value="[^"]*"/g, '')
      .replace(/(request|login_hint)=[^"]*/g, '')
      .replace(/sign-in(%2F|\/)[\w.-]{36,}/g, '');

  it('S39–S42: unknown, wrong, invited, deactivated and blocked look the same', async () => {
    for (const status of ['invited', 'deactivated', 'blocked'] as const) {
      await addPerson(`is.${status}`);
      await setStatus(`is.${status}`, status);
    }
    const unknown = await attempt('nobody.here', 'some long password');
    const others = [
      await attempt('jsilva', 'some long password'),
      await attempt('is.invited', 'a password for this test'),
      await attempt('is.deactivated', 'a password for this test'),
      await attempt('is.blocked', 'a password for this test'),
    ];
    for (const answer of others) {
      expect(answer.status).to.equal(unknown.status);
      expect(comparable(answer.text)).to.equal(comparable(unknown.text));
    }
    const scope = await server.scope();
    const reasons = (await scope.db('audit_events').where({ context_id: scope.contextId, type: 'sign-in.failed' }).select('reason')).map(
      (row) => row.reason,
    );
    expect(reasons, 'the audit knows the difference').to.include.members([
      'unknown-person',
      'wrong-password',
      'invited',
      'deactivated',
      'blocked',
    ]);
  });

  it('S37, S42: the fifth failure blocks, however the name is written', async () => {
    await addPerson('Straße.müller');
    for (const name of ['straße.müller', 'STRASSE.MÜLLER', ' Straße.Müller ', 'straße.mu\u0308ller', 'ｓtraße.müller'])
      await attempt(name, 'wrong wrong wrong');
    expect((await users('strasse.müller'))!.status).to.equal('blocked');
    expect((await attempt('straße.müller', 'a password for this test')).status).to.equal(422);
  });

  it('S37: of 40 parallel guesses at most the limit is evaluated', async () => {
    await addPerson('race');
    const pages = await Promise.all(Array.from({ length: 40 }, () => signInPage()));
    const scope = await server.scope();
    const refused = await watchRefusals(scope, 'sign-in.failed');
    await Promise.all(pages.map(({ jar, page }) => fillSignIn(jar, page, 'race', 'wrong wrong wrong')));
    const user = (await users('race'))!;
    const rows = await scope
      .db('audit_events')
      .where({ context_id: scope.contextId, type: 'sign-in.failed', subject_id: user.user_id })
      .select('reason');
    expect(rows.map((row) => row.reason).sort(), 'those that were not evaluated are one event').to.deep.equal([
      'attempts-used-up',
      ...Array<string>(5).fill('wrong-password'),
    ]);
    expect((await refused()).filter((reason) => reason === 'attempts-used-up')).to.have.length(35);
    expect(user.status).to.equal('blocked');
  });

  it('more passwords than may wait are turned away with 503 and Retry-After, and cost no attempt', async () => {
    const small = await startTestServer({ config: { passwordConcurrency: 1, passwordQueue: 1 }, provesAnew: true });
    try {
      const pages = await Promise.all(
        Array.from({ length: 12 }, async () => {
          const jar = new Jar();
          return { jar, page: await jar.follow(`${small.issuer}/launchpad`) };
        }),
      );
      const answers = await Promise.all(pages.map(({ jar, page }) => fillSignIn(jar, page, 'jsilva', passwords.joao)));
      const busy = answers.filter(({ status }) => status === 503);
      expect(busy.length).to.be.greaterThan(0);
      for (const { headers, text } of busy) {
        expect(headers['retry-after']).to.equal('2');
        expect(text).to.match(/[2-9A-Z]{4}-[2-9A-Z]{4}/);
      }
      expect((await signedIn(small.baseUrl, 'jsilva', passwords.joao)).cookies.size, 'nobody was blocked').to.equal(1);
    } finally {
      await small.close();
    }
  });

  it('a success before the limit clears the count', async () => {
    await addPerson('clears');
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 4; i++) await attempt('clears', 'wrong wrong wrong');
      await signedIn(server.baseUrl, 'clears', 'a password for this test');
    }
    expect((await users('clears'))!.status).to.equal('activated');
  });

  it('refuses forms without the forgery token, with another browser’s, or said to come from elsewhere', async () => {
    const { jar, page } = await signInPage();
    const form = jar.form(page, /sign-in\//);
    const good = { ...form.fields, login: 'jsilva', password: passwords.joao };
    expect((await jar.get(form.action, { form: { ...good, _csrf: '' } })).status).to.equal(403);
    const other = (await signInPage()).jar;
    expect((await other.get(form.action, { form: good })).status).to.equal(403);
    expect((await jar.get(form.action, { form: good, headers: { 'sec-fetch-site': 'cross-site' } })).status).to.equal(403);
    expect((await jar.get(form.action, { form: good })).status).to.equal(303);
  });

  it('another browser cannot go on with a pending request, even after the password was proven', async () => {
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ username: 'temp', firstName: 'T', lastName: 'P', password: 'a password for this test' }],
        },
      ],
    });
    const scope = await server.scope();
    await scope
      .db('passwords')
      .where({ context_id: scope.contextId })
      .whereIn('user_id', scope.db('users').select('user_id').where({ username: 'temp' }))
      .update({ must_change: true });
    const { jar, page } = await signInPage();
    const step = await fillSignIn(jar, page, 'temp', 'a password for this test');
    expect(step.url).to.match(/new-password$/);
    const stranger = new Jar();
    const theirs = await stranger.follow(step.url);
    expect(theirs.text).not.to.contain('newPassword');
    expect(theirs.text).to.contain('name="password"');
  });

  it('S63, S116: with a temporary password nothing is reachable before it is changed', async () => {
    const { jar, page } = await signInPage();
    const step = await fillSignIn(jar, page, 'temp', 'a password for this test');
    for (const path of ['/launchpad', '/admin/users'])
      expect((await jar.follow(`${server.issuer}${path}`)).text, path).to.contain('name="password"');
    expect(
      (
        await jar.follow(
          `${server.issuer}/oidc/authorize?client_id=mobile&response_type=code&redirect_uri=${encodeURIComponent(server.redirectUri)}&scope=openid&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256`,
        )
      ).text,
    ).to.contain('name="password"');
    const same = await jar.submit(jar.form(step, /new-password/), {
      newPassword: 'a password for this test',
      repeatPassword: 'a password for this test',
    });
    expect(same.text).to.contain('different from your current one');
    const short = await jar.submit(jar.form(same, /new-password/), { newPassword: 'short', repeatPassword: 'short' });
    expect(short.text).to.contain('at least 12 characters');
    const done = await jar.submit(jar.form(short, /new-password/), {
      newPassword: 'my own long password',
      repeatPassword: 'my own long password',
    });
    expect(done.url).to.match(/launchpad$/);
    expect((await attempt('temp', 'a password for this test')).status).to.equal(422);
  });

  it('gives a new session token at every sign-in (fixation)', async () => {
    const { jar, page } = await signInPage();
    const host = new URL(server.baseUrl).host;
    jar.cookies.get(host)!.set('portaria_session_acme', 'A'.repeat(43));
    await fillSignIn(jar, page, 'jsilva', passwords.joao);
    const first = jar.cookies.get(host)!.get('portaria_session_acme');
    expect(first)
      .to.match(/^[\w-]{43}$/)
      .and.not.equal('A'.repeat(43));
  });

  it('leads to no other origin after the sign-in', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '/%09/evil.example',
      '\t//evil.example',
      'javascript:alert(1)',
      '/..//evil.example',
      '/.//evil.example',
    ]) {
      const jar = new Jar();
      const page = await jar.follow(`${server.issuer}/sign-in?to=${encodeURIComponent(to)}`);
      const answer = await jar.submit(jar.form(page, /sign-in\//), { login: 'jsilva', password: passwords.joao }, () => true);
      expect(new URL(answer.location!).origin, to).to.equal(server.baseUrl);
      const language = await jar.get(`${server.issuer}/language?locale=es&to=${encodeURIComponent(to)}`);
      expect(new URL(language.location!).origin, to).to.equal(server.baseUrl);
    }
  });

  it('Law 3: believes no Host or X-Forwarded-* header', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
      'x-forwarded-for': '6.6.6.6',
    };
    const discovery = await send(`${server.issuer}/.well-known/openid-configuration`, { headers });
    expect(discovery.text).not.to.contain('evil.example');
    expect(JSON.parse(discovery.text).issuer).to.equal(server.issuer);
    const host = await send(`${server.issuer}/.well-known/openid-configuration`, { headers: { host: 'evil.example' } });
    expect(host.text).not.to.contain('evil.example');
    const page = await send(`${server.issuer}/launchpad`, { headers });
    expect(page.headers.location).not.to.contain('evil');
    await attempt('jsilva', 'wrong from a forged address');
    const scope = await server.scope();
    const event = (await eventsOf(scope, { type: 'sign-in.failed' })).at(-1)!;
    expect(event.actor.ip).to.equal('127.0.0.1');
  });

  it('S131: accounts and sessions of one context open nothing in another', async () => {
    expect(
      (
        await (async () => {
          const { jar, page } = await signInPage('other');
          return fillSignIn(jar, page, 'jsilva', passwords.joao);
        })()
      ).status,
    ).to.equal(422);
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const host = new URL(server.baseUrl).host;
    jar.cookies.get(host)!.set('portaria_session_other', jar.cookies.get(host)!.get('portaria_session_acme')!);
    expect((await jar.follow(`${server.baseUrl}/other/launchpad`)).text).to.contain('name="password"');
  });

  it('sends the security headers on every answer, errors included, and no banner', async () => {
    for (const path of [
      '/acme/launchpad',
      '/acme/sign-out',
      '/acme/nothing',
      '/nothing',
      '/acme/oidc/token',
      '/acme/oidc/authorize',
      '/acme/.well-known/openid-configuration',
      '/acme/oidc/jwks',
      '/%',
    ]) {
      const { headers } = await send(`${server.baseUrl}${path}`);
      expect(headers['content-security-policy'], path).to.contain("frame-ancestors 'none'").and.not.contain('unsafe');
      expect(headers, path).to.include({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers, path).not.to.have.any.keys('server', 'x-powered-by');
    }
  });

  it('answers malformed requests without a 5xx and without a trace', async () => {
    const { jar } = await signInPage();
    const odd = [
      '/acme/%',
      '/acme/%00',
      '/acme/sign-in/%00',
      '/acme/sign-in/..%2f..',
      '/acme/sign-in?to=%',
      '/acme/sign-in?to=%00',
      '/acme/__proto__',
      '/__proto__/x',
      '/acme/sign-in/constructor',
      '/acme/oidc/authorize?client_id=%00',
      '/acme/oidc/authorize?client_id[]=a&client_id[]=b',
      '/acme/oidc/authorize?__proto__=1',
      '/acme/logos/x',
      '/acme/launchpad/open/%F0%9F',
      '//evil',
      '/acme//',
      `/acme/${'a'.repeat(5000)}`,
      '/acme/language?locale=__proto__',
    ];
    for (const path of odd) {
      const answer = await jar.get(`${server.baseUrl}${path}`);
      expect(answer.status, path).to.be.below(500);
      expect(answer.text, path).not.to.match(/at \S+ \(|node_modules|\.ts:\d/);
    }
    for (const body of ['%', 'a'.repeat(200_000), '_csrf=%00', '{"a":1}', '__proto__[x]=1']) {
      for (const path of ['/acme/sign-in/x', '/acme/oidc/token', '/acme/oidc/introspect', '/acme/oidc/par']) {
        for (const type of ['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x']) {
          const answer = await jar.get(`${server.baseUrl}${path}`, { method: 'POST', body, headers: { 'content-type': type } });
          expect(answer.status, `${path} ${type} ${body.slice(0, 20)}`).to.be.within(400, 499);
        }
      }
    }
  });

  it('the root of a server with several companies names none of them', async () => {
    expect((await send(`${server.baseUrl}/`)).status).to.equal(404);
  });

  it('twenty tabs end where they began', async () => {
    const jar = new Jar();
    const pages = [];
    for (let i = 0; i < 20; i++) pages.push(await jar.follow(`${server.issuer}/launchpad?q=tab${i}`));
    for (const [i, page] of pages.entries()) {
      const answer = await fillSignIn(jar, page, 'jsilva', passwords.joao);
      expect(answer.url).to.equal(`${server.issuer}/launchpad?q=tab${i}`);
    }
  });

  it('an hour later a sign-in that was left open begins again kindly, with what was typed not lost on the way', async () => {
    const jar = new Jar();
    const page = await jar.follow(`${server.issuer}/launchpad`);
    const form = jar.form(page, /sign-in\//);
    wait(61);
    const again = await jar.submit(form, { login: 'jsilva', password: passwords.joao });
    expect(again.text).to.contain('That sign-in had expired').and.to.contain('name="password"');
    expect((await fillSignIn(jar, again, 'jsilva', passwords.joao)).url).to.match(/launchpad$/);
  });

  it('sent twice, and opened again by the back button, a sign-in ends in the Launchpad each time', async () => {
    const jar = new Jar();
    const page = await jar.follow(`${server.issuer}/launchpad`);
    const form = jar.form(page, /sign-in\//);
    const send = () => jar.submit(form, { login: 'jsilva', password: passwords.joao });
    const twice = await Promise.all([send(), send()]);
    for (const { status } of twice) expect(status).to.equal(200);
    expect(twice.some(({ url }) => url.endsWith('/launchpad'))).to.equal(true);
    expect((await jar.follow(page.url)).url, 'back').to.match(/launchpad$/);
    expect((await send()).url, 'and sent again').to.match(/launchpad$/);
  });
});
