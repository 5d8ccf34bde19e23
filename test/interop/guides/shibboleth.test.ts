import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Httpd, startHttpd } from '../../support/apache.ts';
import { forGuides, pathsIn, signIn, signOut, snippetsOf, startWorld, type World } from '../../support/guides.ts';
import { needSoftware } from '../../support/missing.ts';
import { eventually } from '../../support/process.ts';
import { makeKeys } from '../../support/saml.ts';
import { freePort } from '../../support/server.ts';

const app = 'app.example.com';
const shibd = '/usr/sbin/shibd';

const logger = (file: string) => `log4j.rootCategory=INFO, log
log4j.appender.log=org.apache.log4j.FileAppender
log4j.appender.log.fileName=${file}
log4j.appender.log.layout=org.apache.log4j.PatternLayout
log4j.appender.log.layout.ConversionPattern=%p %c: %m%n
`;

describe('interop: the guide to Shibboleth, as it is printed, in Chromium over TLS', function () {
  this.timeout(120_000);
  let world: World;
  let daemon: ChildProcess | undefined;
  let httpd: Httpd | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'portaria-shibd-'));
  const log = () => (existsSync(`${folder}/shibd.log`) ? readFileSync(`${folder}/shibd.log`, 'utf8') : '');

  before(async function () {
    needSoftware(this, ...forGuides, 'apache', 'mod_shib');
    world = await startWorld([app]);
    chmodSync(folder, 0o777);
    const keys = makeKeys();
    const [configuration, attributes] = snippetsOf('shibboleth.md', 'xml');
    const [directives] = snippetsOf('shibboleth.md', 'apache');
    // what Debian runs as a service has its socket and its log elsewhere
    const own = `<OutOfProcess logger="${folder}/shibd.logger"/><InProcess logger="${folder}/native.logger"/><UnixListener address="${folder}/shibd.sock"/>`;
    const files: Record<string, string> = {
      'sp-key.pem': keys.pem,
      'sp-cert.pem': keys.certificate,
      'portaria.xml': await world.metadata(),
      'attribute-map.xml': attributes!,
      'shibd.logger': logger(`${folder}/shibd.log`),
      'native.logger': logger(`${folder}/native.log`),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content, { mode: 0o644 });
    const names = Object.keys(files).map((name) => `/etc/shibboleth/${name}`);
    const placed = names.reduce((text, name) => pathsIn(text, name, name.replace('/etc/shibboleth', folder)), configuration!);
    writeFileSync(
      `${folder}/shibboleth2.xml`,
      placed.replace(/^<SPConfig[^>]*>/, (begin) => begin + own),
    );
    const as = process.getuid?.() === 0 ? ['-u', 'www-data', '-g', 'www-data'] : [];
    daemon = spawn(shibd, ['-F', '-f', '-c', `${folder}/shibboleth2.xml`, '-p', `${folder}/shibd.pid`, ...as], { stdio: 'ignore' });
    await eventually(async () => expect(existsSync(`${folder}/shibd.sock`), log()).to.equal(true), 30_000);
    const port = await freePort();
    httpd = await startHttpd(port, 'shib', {}, () => `${world.behindTls(app)}\nShibConfig ${folder}/shibboleth2.xml\n${directives}`);
    world.front.route(app, port);
    const metadata = await world.fetch(app, '/Shibboleth.sso/Metadata');
    await world.register('shibboleth.md', { 'app-metadata.xml': metadata });
  });
  after(async () => {
    await httpd?.stop();
    if (daemon && daemon.exitCode === null && !daemon.signalCode) {
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
    }
    await world?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });

  it('signs in, names the person, and signs out, both ways', async () => {
    const page = await world.open(`https://${app}/protected/`);
    await signIn(page);
    await page.waitForURL(`https://${app}/protected/`);
    expect(await page.textContent('body'), log()).to.contain('USER=jsilva');
    await page.goto(`https://${app}/Shibboleth.sso/Logout?return=${encodeURIComponent(`https://${app}/bye`)}`);
    await page.waitForURL(`https://${app}/bye`);
    await page.goto(`https://${app}/protected/`);
    await signIn(page);
    await page.waitForURL(`https://${app}/protected/`);
    await signOut(page);
    await page.goto(`https://${app}/protected/`);
    await page.waitForSelector('input[name=password]');
  });
});
