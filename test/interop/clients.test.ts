import { expect } from 'chai';
import { type Applications, registerInConsole, startClients } from '../support/clients.ts';
import { type Answer, Jar } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { json } from '../support/oidc.ts';
import { fillSignIn, freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

type Library = { callback?: string; signIn?: string; who?: string; can: ('refresh' | 'revoke' | 'sign-out')[] };

/** Each with its own addresses, and what it can do besides signing in. */
const libraries: Record<string, Library> = {
  'openid-client-6': { can: ['refresh', 'revoke', 'sign-out'] },
  'openid-client-5': { can: ['refresh', 'revoke', 'sign-out'] },
  'express-openid-connect': { can: ['refresh', 'sign-out'] },
  'next-auth': { callback: '/api/auth/callback/portaria', signIn: '/api/auth/signin', who: '/api/auth/session', can: [] },
  'auth-js': { callback: '/auth/callback/portaria', signIn: '/auth/signin', who: '/auth/session', can: [] },
  'simple-oauth2': { can: ['refresh', 'revoke'] },
  'passport-openidconnect': { can: [] },
  arctic: { can: ['refresh', 'revoke'] },
};

describe('interop: client libraries, with what the console proposes and nothing else', function () {
  this.timeout(60_000);
  let server: TestServer;
  let applications: Applications;

  before(async function () {
    needSoftware(this, 'clients');
    server = await startTestServer();
    const port = await freePort();
    const admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const clients = Object.fromEntries(
      await Promise.all(
        Object.entries(libraries).map(async ([name, { callback = '/callback' }]) => {
          const redirect_uris = `http://127.0.0.1:${port}/${name}${callback}`;
          const post_logout_redirect_uris = `http://127.0.0.1:${port}/bye`;
          return [name, await registerInConsole(server, admin, name, { redirect_uris, post_logout_redirect_uris })] as const;
        }),
      ),
    );
    applications = await startClients(port, server.issuer, clients);
  });
  after(async () => {
    await applications?.stop();
    await server?.close();
  });

  const isDone = (answer: Answer) => {
    expect(answer.status, `${answer.url}\n${answer.text.slice(0, 1500)}`).to.equal(200);
    return answer;
  };

  for (const [name, { signIn = '/sign-in', who = '/who', can }] of Object.entries(libraries)) {
    it(`${name}: signs in, reads claims${can.map((one) => `, ${one}`).join('')}`, async () => {
      const base = `${applications.address}/${name}`;
      const jar = new Jar();
      const first = await jar.follow(base + signIn);
      const page = first.url.startsWith(base) ? await jar.submit(jar.form(first, /signin\//)) : first;
      isDone(await fillSignIn(jar, page, 'ana@acme.example', passwords.ana));
      const claims = json(isDone(await jar.get(base + who)));
      expect(claims.user ?? claims, 'claims').to.include({ name: 'Ana Souza', email: 'ana@acme.example' });
      if (can.includes('refresh')) {
        expect(json(isDone(await jar.get(`${base}/refresh`))), 'refreshed').to.include({ name: 'Ana Souza' });
        expect(json(isDone(await jar.get(`${base}/refresh`))), 'once more').to.include({ name: 'Ana Souza' });
      }
      if (can.includes('revoke')) expect(json(isDone(await jar.get(`${base}/revoke`)))).to.deep.equal({ active: false });
      if (!can.includes('sign-out')) return;
      const question = await jar.follow(`${base}/sign-out`);
      const bye = await jar.submit(jar.form(question, /sign-out\/confirm/), { logout: 'yes' });
      expect(bye.url).to.equal(`${applications.address}/bye`);
      const launchpad = await jar.follow(`${server.issuer}/launchpad`);
      expect(launchpad.text, 'our own session is over, too').to.contain('name="password"');
    });
  }
});
