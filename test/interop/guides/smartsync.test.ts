import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { parseState } from '../../../src/domain/administration/desired-state/index.ts';
import { eventually } from '../../support/process.ts';
import { makeKeys } from '../../support/saml.ts';
import { type SmartSyncServer, startSmartSyncServer } from '../../support/smartsync-server.ts';
import { everySnippetRuns, runShell, snippet } from '../../support/snippets.ts';

const guide = 'smartsync.md';
const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('interop: the guide of SmartSync', function () {
  this.timeout(60_000);
  let place: string;
  let server: SmartSyncServer;
  const running: ChildProcess[] = [];
  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'portaria-smartsync-guide-'));
    server = await startSmartSyncServer();
    server.tokens = new Set(['the-token-from-the-console']);
    await runShell(snippet(guide, 'sh', 0), root);
  });
  afterEach(async () => {
    for (const child of running.splice(0)) if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  });
  after(async () => {
    await server.close();
    rmSync(place, { recursive: true, force: true });
  });

  /** Starts what a block starts, in a folder of its own, until it prints what is waited for. The block's names are those of this machine. */
  const start = async (text: string, name: string, until: RegExp): Promise<string> => {
    const here = text
      .replaceAll('https://id.example.com/acme', server.address)
      .replaceAll('/run/secrets/', `${place}/`)
      .replaceAll('/etc/ssl/', `${place}/`)
      .replaceAll('./smartsync', `exec ${root}dist/smartsync/smartsync`);
    const env = {
      PATH: process.env.PATH,
      SMARTSYNC_DATA_DIR: join(place, name),
      ...(here.includes('PAGE_PORT') ? {} : { SMARTSYNC_PAGE_PORT: '0' }),
    };
    const child = spawn('sh', ['-e', '-c', here], { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    await eventually(async () => expect(output).to.match(until), 20_000);
    return output;
  };

  it('names the directory by `apply`', () => {
    expect(parseState(parse(snippet(guide, 'yaml'))).contexts[0]!.directories!.map(({ name }) => name)).to.deep.equal(['Head office']);
  });

  it('makes a package that starts', async () => {
    expect(existsSync(`${root}dist/smartsync/README.txt`)).to.equal(true);
    await start(snippet(guide, 'sh', 1), 'first', /Which directory to use is not set yet/);
  });

  it('by the file: connects, and keeps neither token nor password in plain text', async () => {
    mkdirSync(join(place, 'file'));
    const file = join(place, 'file', 'smartsync.json');
    writeFileSync(file, snippet(guide, 'json').replace('https://id.example.com/acme', server.address));
    await start('./smartsync', 'file', /Connected to/);
    await eventually(async () => expect(readFileSync(file, 'utf8')).not.to.contain('token'));
    expect(readFileSync(file, 'utf8')).to.contain('smartsync@example.com').and.not.to.contain('the-password-of-that-account');
  });

  it('by the environment: connects', async () => {
    writeFileSync(join(place, 'smartsync-token'), 'the-token-from-the-console\n');
    writeFileSync(join(place, 'smartsync-password'), 'the-password-of-that-account\n');
    writeFileSync(join(place, 'example-ca.pem'), makeKeys().certificate);
    const output = await start(snippet(guide, 'sh', 2), 'environment', /Connected to/);
    expect(output).not.to.contain('the-token-from-the-console').and.not.to.contain('local page');
  });

  everySnippetRuns(guide);
});
