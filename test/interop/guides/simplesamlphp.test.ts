import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { forGuides, listening, pathsIn, signIn, signOut, snippetsOf, startWorld, type World } from '../../support/guides.ts';
import { needSoftware } from '../../support/missing.ts';
import { makeKeys } from '../../support/saml.ts';
import { freePort } from '../../support/server.ts';

const app = 'app.example.com';
const pages = '/usr/share/simplesamlphp/www';
const php = '/usr/bin/php';

describe('interop: the guide to SimpleSAMLphp, as it is printed, in Chromium over TLS', function () {
  this.timeout(120_000);
  let world: World;
  let child: ChildProcess | undefined;
  let output = '';
  const folder = mkdtempSync(join(tmpdir(), 'portaria-simplesaml-'));

  before(async function () {
    needSoftware(this, ...forGuides, 'apache', 'mod_php', 'simplesamlphp');
    world = await startWorld([app]);
    const keys = makeKeys();
    const [config, source, page] = snippetsOf('simplesamlphp.md', 'php').map((snippet) =>
      pathsIn(snippet, '/etc/simplesamlphp/', `${folder}/`),
    );
    for (const name of ['www', 'sessions', 'log', 'tmp']) mkdirSync(`${folder}/${name}`);
    symlinkSync(pages, `${folder}/www/simplesaml`);
    // what Debian's installation makes by itself, in places that the test may write
    const installed = `$config['secretsalt'] = 'made when it is installed'; $config['tempdir'] = '${folder}/tmp'; $config['datadir'] = '${folder}/tmp/';
$config['store.type'] = 'phpsession'; $config['session.phpsession.savepath'] = '${folder}/sessions'; $config['logging.handler'] = 'file'; $config['loggingdir'] = '${folder}/log/';`;
    const files: Record<string, string> = {
      'sp.key': keys.pem,
      'sp.crt': keys.certificate,
      'portaria.xml': await world.metadata(),
      'config.php': `<?php require '/etc/simplesamlphp/config.php';\n${installed}\n${config}`,
      'authsources.php': `<?php $config = [];\n${source}`,
      'tls.php': "<?php $_SERVER['HTTPS'] = 'on'; $_SERVER['SERVER_PORT'] = '443';",
      'www/index.php': `<?php\n${page}`,
      'www/bye': 'goodbye',
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content);
    const port = await freePort();
    const args = ['-S', `127.0.0.1:${port}`, '-t', `${folder}/www`, '-d', `auto_prepend_file=${folder}/tls.php`];
    child = spawn(php, args, { env: { PATH: process.env.PATH, SIMPLESAMLPHP_CONFIG_DIR: folder } });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        output += chunk;
      });
    await listening(port);
    world.front.route(app, port);
    const metadata = await world.fetch(app, '/simplesaml/module.php/saml/sp/metadata.php/portaria');
    await world.register('simplesamlphp.md', { 'app-metadata.xml': metadata });
  });
  after(async () => {
    if (child && child.exitCode === null && !child.signalCode) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await world?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });

  it('signs in, names the person, and signs out, both ways', async () => {
    const page = await world.open(`https://${app}/`);
    await signIn(page);
    await page.waitForURL(`https://${app}/`);
    expect(await page.textContent('body'), output).to.contain('Hello, João da Silva');
    await page.click('text=Sign out');
    await page.waitForURL(`https://${app}/bye`);
    await page.goto(`https://${app}/`);
    await signIn(page);
    await page.waitForURL(`https://${app}/`);
    await signOut(page);
    await page.goto(`https://${app}/`);
    await page.waitForSelector('input[name=password]');
  });
});
