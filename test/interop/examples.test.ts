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
  const running: ChildProcess[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'portaria-examples-'));

  const place = (name: string) => fileURLToPath(new URL(`../../examples/${name}/`, import.meta.url));

  /** By the commands of its README.md, whose values are ours. */
  function start(name: string, address: string, values: string[] = []): void {
    let commands = snippet(`examples/${name}/README.md`, 'sh', 1).replace('https://login.example.com/acme', server.issuer);
    for (const value of values) commands = commands.replace('…', value);
    for (const file of ['key.pem', 'certificate.pem']) commands = commands.replaceAll(file, `${folder}/${file}`);
    const env = { PATH: process.env.PATH, ADDRESS: address };
    // a group of its own: the shell and npm do not hand on the signal that ends them
    running.push(spawn('sh', ['-e', '-c', commands], { cwd: place(name), env, stdio: 'ignore', detached: true }));
  }

  before(async function () {
    this.timeout(60_000);
    needSoftware(this, 'openssl');
    server = await startTestServer({ jobs: true, config: { outboundAllow: ['localhost', '127.0.0.1'] } });
    [oidc, saml] = [`http://localhost:${await freePort()}`, `http://localhost:${await freePort()}`];
    start('openid-connect', oidc, ['example', secret]);
    start('saml', saml);
    for (const address of [oidc, saml]) await eventually(() => send(`${address}/`), 30_000);
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
    for (const name of ['openid-connect', 'saml']) {
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

  everySnippetRuns('examples/openid-connect/README.md', 'examples/saml/README.md');
});
