import { appendFileSync, chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DebianApache, startDebianApache } from '../../support/debian-apache.ts';
import { forGuides, pathsIn, signIn, signOut, startWorld, type World } from '../../support/guides.ts';
import { needSoftware } from '../../support/missing.ts';
import { freePort } from '../../support/server.ts';
import { everySnippetRuns, snippet } from '../../support/snippets.ts';

const app = 'app.example.com';

describe('interop: the guide to SimpleSAMLphp, as it is printed, in Chromium over TLS', function () {
  this.timeout(120_000);
  let world: World;
  let apache: DebianApache | undefined;
  const [guide, printed] = ['simplesamlphp.md', '/etc/simplesamlphp'];
  const folder = mkdtempSync(join(tmpdir(), 'portaria-simplesaml-'));

  before(async function () {
    needSoftware(this, ...forGuides, 'apache', 'mod_php', 'simplesamlphp');
    world = await startWorld([app]);
    chmodSync(folder, 0o755);
    cpSync(printed, folder, { recursive: true });
    for (const name of ['tmp', 'sessions', 'www']) mkdirSync(`${folder}/${name}`);
    for (const name of ['tmp', 'sessions']) chmodSync(`${folder}/${name}`, 0o1777);
    await world.shell(guide, 0, printed, folder);
    const [config, source, page] = [0, 1, 2].map((which) => pathsIn(snippet(guide, 'php', which), printed, folder));
    // where Debian writes
    const elsewhere = `$config['tempdir'] = '${folder}/tmp'; $config['session.phpsession.savepath'] = '${folder}/sessions';\n`;
    appendFileSync(`${folder}/config.php`, elsewhere + config);
    appendFileSync(`${folder}/authsources.php`, source!);
    writeFileSync(`${folder}/www/index.php`, `<?php\n${page}`);
    writeFileSync(`${folder}/www/bye`, 'goodbye');
    const port = await freePort();
    // before it stands the test's TLS
    const behindTls = `${world.behindTls(app)}\nSetEnv HTTPS on\nSetEnv SIMPLESAMLPHP_CONFIG_DIR ${folder}`;
    apache = await startDebianApache(port, `${folder}/www`, ['alias', 'env', 'php'], `${behindTls}\n${snippet(guide, 'apache')}`);
    world.front.route(app, port);
    await world.shell(guide, 1, printed, folder);
    await world.register(guide, folder);
  });
  after(async () => {
    await apache?.stop();
    await world?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });

  it('signs in, names the person, and signs out, both ways', async () => {
    const page = await world.open(`https://${app}/`);
    await signIn(page);
    await page.waitForURL(`https://${app}/`);
    expect(await page.textContent('body'), apache!.errorLog()).to.contain('Hello, João da Silva');
    await page.click('text=Sign out');
    await page.waitForURL(`https://${app}/bye`);
    await page.goto(`https://${app}/`);
    await signIn(page);
    await page.waitForURL(`https://${app}/`);
    await signOut(page);
    await page.goto(`https://${app}/`);
    await page.waitForSelector('input[name=password]');
  });

  it('the key is for Apache only', async () => {
    const { mode, gid } = statSync(`${folder}/sp.key`);
    expect(mode & 0o777).to.equal(0o640);
    const [, , group] = /^www-data:([^:]*):(\d+):/m.exec(readFileSync('/etc/group', 'utf8'))!;
    if (process.getuid?.() === 0) expect(gid).to.equal(Number(group));
  });

  everySnippetRuns(guide);
});
