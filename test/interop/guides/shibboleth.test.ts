import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { getMetadataCertificate } from '../../../src/domain/company/saml-certificates/index.ts';
import { type Httpd, startHttpd } from '../../support/apache.ts';
import { forGuides, pathsIn, signIn, signOut, startWorld, type World } from '../../support/guides.ts';
import { needSoftware } from '../../support/missing.ts';
import { eventually } from '../../support/process.ts';
import { makeKeys } from '../../support/saml.ts';
import { freePort } from '../../support/server.ts';
import { everySnippetRuns, runShell, snippet } from '../../support/snippets.ts';

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
    const [guide, printed] = ['shibboleth.md', '/etc/shibboleth'];
    await world.shell(guide, 0, printed, folder);
    // what Debian runs as a service has its socket and its log elsewhere
    const own = `<OutOfProcess logger="${folder}/shibd.logger"/><InProcess logger="${folder}/native.logger"/><UnixListener address="${folder}/shibd.sock"/>`;
    const files: Record<string, string> = {
      'shibboleth2.xml': snippet(guide, 'xml', 0),
      'attribute-map.xml': snippet(guide, 'xml', 1),
      'shibd.logger': logger(`${folder}/shibd.log`),
      'native.logger': logger(`${folder}/native.log`),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content, { mode: 0o644 });
    for (const name of ['security-policy.xml', 'protocols.xml']) copyFileSync(`${printed}/${name}`, `${folder}/${name}`);
    const placed = pathsIn(files['shibboleth2.xml']!, printed, folder).replace(/^<SPConfig[^>]*>/, (begin) => begin + own);
    writeFileSync(`${folder}/shibboleth2.xml`, placed);
    const as = process.getuid?.() === 0 ? ['-u', '_shibd', '-g', '_shibd'] : [];
    daemon = spawn(shibd, ['-F', '-f', '-c', `${folder}/shibboleth2.xml`, '-p', `${folder}/shibd.pid`, ...as], { stdio: 'ignore' });
    await eventually(async () => expect(existsSync(`${folder}/shibd.sock`), log()).to.equal(true), 30_000);
    const port = await freePort();
    const directives = snippet(guide, 'apache');
    httpd = await startHttpd(port, 'shib', {}, () => `${world.behindTls(app)}\nShibConfig ${folder}/shibboleth2.xml\n${directives}`);
    world.front.route(app, port);
    await world.shell(guide, 1, printed, folder);
    await world.register(guide, folder);
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

  it('developers.md: takes our metadata from its address when the pinned certificate signed it', async () => {
    const provider = snippet('docs/developers.md', 'xml').replace('"portaria', `"${folder}/fetched`);
    const pinned = { 'portaria-metadata.pem': (await getMetadataCertificate(await world.server.scope(), 'any')).certificate };
    for (const [certificate, outcome] of [
      [pinned['portaria-metadata.pem'], 'entityID="https://login.example.com/acme"'],
      [makeKeys().certificate, 'failed signature check'],
    ] as const) {
      writeFileSync(`${folder}/portaria-metadata.pem`, certificate);
      const configuration = readFileSync(`${folder}/shibboleth2.xml`, 'utf8').replace(/<MetadataProvider.*\/>/, provider);
      writeFileSync(`${folder}/fetching.xml`, pathsIn(configuration, '"portaria-metadata.pem', `"${folder}/portaria-metadata.pem`));
      const env = { ...world.front.env, SHIBSP_CONFIG: `${folder}/fetching.xml` };
      const said = await runShell('mdquery -e https://login.example.com/acme 2>&1', folder, env).catch(String);
      expect(said).to.contain(outcome);
    }
  });

  it('developers.md: what an application is told goes through `apply`', async () => {
    const told = parse(snippet('docs/developers.md', 'yaml')) as Record<string, unknown>;
    const oidc = { client_id: 'told', client_secret: 'the-secret-of-told', grant_types: ['client_credentials'], ...told };
    const customFields = [{ code: 'cost_center', label: 'Cost centre', type: 'number' }];
    await world.server.apply({ contexts: [{ code: 'acme', customFields, applications: [{ code: 'told', name: 'Told', oidc }] }] });
    expect((await findApplicationByCode(await world.server.scope(), 'told'))!.oidc).to.deep.include(told);
  });

  everySnippetRuns('shibboleth.md', 'docs/developers.md');
});
