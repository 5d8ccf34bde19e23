import { expect } from 'chai';
import { Jar, send } from '../../support/jar.ts';
import { keepLog } from '../../support/kept-log.ts';
import { authorizationUrl } from '../../support/oidc.ts';
import { passwords, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/oidc: a sign-in is three requests', function () {
  this.timeout(30_000);
  let server: TestServer;
  const kept = keepLog();
  before(async () => {
    server = await startTestServer({ log: kept.log });
  });
  after(() => server.close());
  const stop = (url: string) => url.startsWith(server.redirectUri);
  const signIn = (jar: Jar, page: Awaited<ReturnType<Jar['follow']>>) =>
    jar.submit(jar.form(page, /sign-in\//), { login: 'jsilva', password: passwords.joao }, stop);

  it('authorize leads to the page, and its form to the application; the log has what was asked for', async () => {
    const jar = new Jar();
    kept.forget();
    const page = await jar.follow(authorizationUrl(server).url, {}, stop);
    const arrived = await signIn(jar, page);
    expect(arrived.location).to.match(/callback\?code=/);
    expect(jar.log.map((line) => line.replace(/http:\/\/[^/]+|[?].*(?= ->)/g, '').replace(/[0-9a-f-]{36}/, ':request'))).to.deep.equal([
      'GET /acme/oidc/authorize -> 303',
      'GET /acme/sign-in/:request -> 200',
      'POST /acme/sign-in/:request -> 200',
    ]);
    const lines = kept.lines.filter(({ msg }) => msg === 'request').map(({ method, path, status }) => `${method} ${path} ${status}`);
    expect(lines).to.deep.equal(['GET /acme/oidc/authorize 303', 'GET /acme/sign-in/:request 200', 'POST /acme/sign-in/:request 200']);
  });

  it('a cookie that a neighbouring host planted keeps nobody out', async () => {
    for (const name of ['portaria_interaction_acme', 'portaria_resume_acme']) {
      // at its own path the library's is sent first (RFC 6265 §5.4), and here it is not sent at all
      const jar = new Jar((url, options = {}) => {
        const { cookie, ...headers } = options.headers ?? {};
        return send(url, { ...options, headers: { ...headers, cookie: [cookie, `${name}=planted`].filter(Boolean).join('; ') } });
      });
      const arrived = await signIn(jar, await jar.follow(authorizationUrl(server).url, {}, stop));
      expect(arrived.location, name).to.match(/callback\?code=/);
    }
  });

  it('where the store fails behind the sign-in, the session is the browser’s all the same', async () => {
    const jar = new Jar();
    const page = await jar.follow(authorizationUrl(server).url, {}, stop);
    const { services } = server.app;
    const { findAccess } = services;
    Object.assign(services, { findAccess: () => Promise.reject(Object.assign(new Error('gone'), { code: '57P01' })) });
    const failed = await signIn(jar, page).finally(() => Object.assign(services, { findAccess }));
    expect([failed.status, failed.text.includes('<html')]).to.deep.equal([503, true]);
    expect((await jar.get(`${server.issuer}/launchpad`)).status).to.equal(200);
  });

  it('whoever asks by HEAD uses nothing up', async () => {
    const jar = new Jar();
    const page = await jar.follow(authorizationUrl(server).url, {}, stop);
    await signIn(jar, await jar.follow(`${server.issuer}/sign-in`));
    const asked = await jar.get(page.url, { method: 'HEAD' });
    expect(asked.status).to.equal(303);
    expect((await jar.follow(page.url, {}, stop)).location).to.match(/callback\?code=/);
  });
});
