import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { builtProgram, folderOfBuilt, listOf, stampOf } from '../../scripts/built.mjs';
import { onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [
  '',
  '/users',
  '/users/new',
  '/groups',
  '/applications',
  '/policy',
  '/audit?kind=changes',
  '/directories',
  '/branding',
  '/guides/administrators',
];

describe('the built programs', function () {
  this.timeout(120_000);
  const folder = `dist/test-${process.pid}`;
  let server: TestServer;
  before(async () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', folder], { cwd: root, encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    server = await startTestServer();
    // makes the company's certificate, which Home tells
    await fetch(`${server.issuer}/saml/metadata`);
  });
  after(async () => {
    await server?.close();
    rmSync(join(root, folder), { recursive: true, force: true });
  });

  it('are put below dist only: the folder is emptied first', () => {
    for (const other of ['.', 'src', 'dist', 'dist/..', 'dist/../src', '/tmp', 'dist/a/b', '..'])
      expect(spawnSync(process.execPath, ['scripts/build.mjs', other], { cwd: root }).status, other).to.equal(64);
  });

  it('have every template, compiled', () => {
    const require = createRequire(import.meta.url);
    for (const file of globSync('**/*.pug', { cwd: `${root}views` }))
      expect(require(`${root}${folder}/views/${file}.cjs`), file).to.be.a('function');
  });

  it('show the same pages as the sources', async () => {
    const processes: ServerProcess[] = [];
    try {
      const shown: string[][] = [];
      for (const program of ['src/processes/server.ts', `${folder}/server.mjs`]) {
        const port = await freePort();
        const baseUrl = `http://127.0.0.1:${port}`;
        const settings = { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: baseUrl, PORTARIA_RUN_JOBS: 'false' };
        const running = await startServerProcess(port, settings, program);
        processes.push(running);
        const jar = await signedIn(baseUrl, 'ana@acme.example', passwords.ana);
        const texts: string[] = [];
        for (const page of pages) {
          const { status, text } = await jar.get(`${baseUrl}/acme/admin${page}`);
          expect(status, page).to.equal(200);
          texts.push(withoutChance(text, port));
        }
        shown.push(texts);
        const metadata = await jar.get(`${baseUrl}/acme/saml/metadata`);
        expect(metadata.text).to.contain('SignatureValue');
        expect(running.output()).to.not.match(/"level":"(warn|error|fatal)"/);
        // one at a time: what a page tells of sessions and sign-ins is the same for both
        expect(await running.kill('SIGTERM')).to.equal(0);
      }
      for (const [n, page] of pages.entries()) expect(shown[1]![n], page).to.equal(shown[0]![n]);
    } finally {
      for (const one of processes) await one.kill('SIGKILL');
    }
  });

  it('know the commands', () => {
    const run = (program: string) => {
      const env = { PATH: process.env.PATH, ...onDatabase(server.databaseUrl) };
      const { status, stdout } = spawnSync(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', program, 'context', 'list', '--json'],
        {
          cwd: root,
          env,
          encoding: 'utf8',
        },
      );
      return { status, stdout };
    };
    const built = run(`${folder}/portaria.mjs`);
    expect(built.status).to.equal(0);
    expect(built).to.deep.equal(run('src/processes/portaria.ts'));
  });
});

/** Without what each answer has of its own. */
const withoutChance = (text: string, port: number): string =>
  text
    .replaceAll(String(port), 'PORT')
    .replace(/(name="_csrf" value|nonce|content)="[^"]*"/g, '$1=""')
    .replace(/<time[^>]*>[^<]*<\/time>/g, '<time>');

describe('the choice of a built program', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'portaria-built-'));
    mkdirSync(join(place, folderOfBuilt), { recursive: true });
    mkdirSync(join(place, 'src'));
    for (const name of ['a', 'b']) writeFileSync(join(place, `src/${name}.ts`), name);
    writeFileSync(join(place, folderOfBuilt, 'server.mjs'), '');
    writeFileSync(listOf(join(place, folderOfBuilt)), JSON.stringify(['src/a.ts', 'src/b.ts'].map((file) => stampOf(place, file))));
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  it('falls on what was built from the sources that are there', () => {
    expect(builtProgram(place, 'server')).to.equal(`${folderOfBuilt}/server.mjs`);
    expect(builtProgram(place, 'bench')).to.equal(undefined);
  });

  const changes: Record<string, () => void> = {
    'a source has another size': () => writeFileSync(join(place, 'src/b.ts'), 'longer'),
    'a source has another time': () => utimesSync(join(place, 'src/b.ts'), 1, 1),
    'a source is gone': () => rmSync(join(place, 'src/a.ts')),
    'the list is not whole': () => writeFileSync(listOf(join(place, folderOfBuilt)), '['),
    'the list is gone': () => rmSync(listOf(join(place, folderOfBuilt))),
    'nothing was built': () => rmSync(join(place, 'dist'), { recursive: true }),
  };
  for (const [change, make] of Object.entries(changes))
    it(`falls on the sources where ${change}`, () => {
      make();
      expect(builtProgram(place, 'server')).to.equal(undefined);
    });
});
