import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { mustBeOne, readPartner } from '../../src/domain/applications/applications/index.ts';
import { Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually } from '../support/process.ts';
import { followSaml } from '../support/saml.ts';
import { fillSignIn, freePort, passwords, startTestServer, type TestServer } from '../support/server.ts';
import { everySnippetRuns, snippet } from '../support/snippets.ts';

const secret = 'example-secret-example-secret-1';

describe('interop: the applications of examples/, alone, as their README.md says', () => {
  let server: TestServer;
  let oidc: string;
  let saml: string;
  let api: string;
  const running: ChildProcess[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'portaria-examples-'));

  const place = (name: string) => fileURLToPath(new URL(`../../examples/${name}/`, import.meta.url));

  /** By the commands of its README.md, whose values are ours. */
  function start(name: string, address: string, values: string[] = [], more: Record<string, string> = {}): void {
    let commands = snippet(`examples/${name}/README.md`, 'sh', 1).replace('https://login.example.com/acme', server.issuer);
    commands = commands.replace('https://notes.example.com/', address);
    for (const value of values) commands = commands.replace('…', value);
    for (const file of ['key.pem', 'certificate.pem']) commands = commands.replaceAll(file, `${folder}/${file}`);
    const env = { PATH: process.env.PATH, ADDRESS: address, ...more };
    // a group of its own: the shell and npm do not hand on the signal that ends them
    running.push(spawn('sh', ['-e', '-c', commands], { cwd: place(name), env, stdio: 'ignore', detached: true }));
  }

  before(async function () {
    this.timeout(60_000);
    needSoftware(this, 'openssl');
    server = await startTestServer({ jobs: true, config: { outboundAllow: ['localhost', '127.0.0.1'] } });
    const address = async () => `http://localhost:${await freePort()}`;
    [oidc, saml, api] = [await address(), await address(), await address()];
    start('openid-connect', oidc, ['example', secret], { API: api });
    start('api', api, [], { RESOURCE_METADATA: 'https://login.example/metadata' });
    start('saml', saml);
    for (const one of [oidc, saml, api]) await eventually(() => send(`${one}/`), 30_000);
    const { settings } = mustBeOne(readPartner((await send(`${saml}/metadata`)).text, new Date()));
    expect(settings).to.include({ entityId: `${saml}/metadata`, requireSignedRequests: true });
    const ours = { assignedTo: { groups: ['Everyone'] } };
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            {
              ...ours,
              code: 'example',
              name: 'Example',
              oidc: {
                client_id: 'example',
                client_secret: secret,
                redirect_uris: [`${oidc}/callback`],
                post_logout_redirect_uris: [`${oidc}/`],
                backchannel_logout_uri: `${oidc}/back-channel-logout`,
                grant_types: ['authorization_code'],
              },
            },
            { ...ours, code: 'example-saml', name: 'Example by SAML', saml: settings },
          ],
          apis: [
            {
              identifier: api,
              name: 'Notes',
              scopes: [
                { name: 'notes:read', texts: { en: 'Read notes' }, grantedTo: { groups: ['Everyone'] } },
                { name: 'notes:write', texts: { en: 'Write notes' }, grantedTo: { groups: ['Finance'] } },
              ],
              applications: [{ code: 'example', scopes: ['notes:read', 'notes:write'] }],
            },
          ],
        },
      ],
    });
  });
  after(async () => {
    for (const { pid } of running) process.kill(-pid!, 'SIGTERM');
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const shows = async (jar: Jar, address: string) => /id="who">([^<]*)/.exec((await jar.get(`${address}/`)).text)?.[1];

  it('sign in at one, the other follows, and signing out by SAML ends both', async () => {
    const jar = new Jar();
    await fillSignIn(jar, await jar.follow(`${oidc}/sign-in`), 'ana@acme.example', passwords.ana);
    expect(await shows(jar, oidc)).to.equal('Ana Souza');
    expect(await shows(jar, saml)).to.equal(undefined);
    await followSaml(jar, await jar.get(`${saml}/sign-in`));
    expect(await shows(jar, saml)).to.equal('ana@acme.example');
    await followSaml(jar, await jar.get(`${saml}/sign-out`));
    expect(await shows(jar, saml)).to.equal(undefined);
    await eventually(async () => expect(await shows(jar, oidc), 'told by back-channel').to.equal(undefined));
  });

  it('signing out at Portaria reaches the one by SAML', async () => {
    const jar = new Jar();
    const page = await followSaml(jar, await jar.get(`${saml}/sign-in`));
    await followSaml(jar, await fillSignIn(jar, page, 'ana@acme.example', passwords.ana));
    expect(await shows(jar, saml)).to.equal('ana@acme.example');
    const form = jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/);
    await followSaml(jar, await jar.get(form.action, { form: form.fields }));
    expect(await shows(jar, saml)).to.equal(undefined);
  });

  it('the API answers the application in the name of whoever is signed in, as far as they are granted it', async () => {
    const said = async (login: string, password: string, method: 'GET' | 'POST') => {
      const jar = new Jar();
      await fillSignIn(jar, await jar.follow(`${oidc}/sign-in`), login, password);
      const { text } = await jar.get(`${oidc}/notes`, { method });
      return /id="api">([^<]*)/.exec(text)?.[1];
    };
    expect(await said('ana@acme.example', passwords.ana, 'GET')).to.contain('200 {&#34;notes&#34;:[]}');
    expect(await said('ana@acme.example', passwords.ana, 'POST'))
      .to.contain('403 ')
      .and.contain('insufficient_scope');
    expect(await said('jsilva', passwords.joao, 'POST')).to.match(/^200 .*by/);
  });

  it('the API says what a token lacks, and where to get one (RFC 6750 §3, RFC 9728 §5.1)', async () => {
    const challenge = async (authorization?: string) => {
      const { status, headers } = await send(`${api}/notes`, { headers: authorization ? { authorization } : {} });
      return `${status} ${headers['www-authenticate']}`;
    };
    expect(await challenge()).to.equal('401 Bearer resource_metadata="https://login.example/metadata"');
    expect(await challenge('Bearer nonsense')).to.match(/^401 Bearer error="invalid_token", .*resource_metadata=/);
    const jar = new Jar();
    await fillSignIn(jar, await jar.follow(`${oidc}/sign-in`), 'ana@acme.example', passwords.ana);
    // what the application knows of the person is no token of the API
    const signOut = (await jar.get(`${oidc}/sign-out`)).location!;
    const idToken = new URL(signOut).searchParams.get('id_token_hint')!;
    expect(await challenge(`Bearer ${idToken}`)).to.match(/^401 Bearer error="invalid_token"/);
  });

  it('speak the reader’s language, and have an icon', async () => {
    const languages = {
      en: 'Nobody is signed in.',
      'es-MX,en;q=0.5': 'No hay ninguna sesión',
      'fr, pt-BR': 'Ninguém entrou.',
      de: 'Nobody is signed in.',
    };
    for (const address of [oidc, saml]) {
      for (const [wanted, words] of Object.entries(languages))
        expect((await send(`${address}/`, { headers: { 'accept-language': wanted } })).text, wanted).to.contain(words);
      for (const path of ['/favicon.ico', '/icon.svg'])
        expect((await send(address + path)).headers['content-type'], path).to.equal('image/svg+xml');
    }
  });

  it('without their settings they say what is missing', async () => {
    for (const name of ['openid-connect', 'saml', 'api']) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'app.ts'], { cwd: place(name), env: {} });
      let output = '';
      child.stderr.on('data', (chunk) => {
        output += chunk;
      });
      await new Promise((resolve) => child.once('close', resolve));
      expect(child.exitCode, name).to.equal(64);
      expect(output).to.match(/^Set ISSUER.*README\.md.*\n$/);
    }
  });

  everySnippetRuns('examples/api/README.md', 'examples/openid-connect/README.md', 'examples/saml/README.md');
});
