import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from './jar.ts';
import { isOver, pause } from './patience.ts';

const pages = '/usr/share/simplesamlphp/www';
const php = '/usr/bin/php';

export type SimpleSamlSettings = { port: number; idp: string; idpMetadata: string; key: string; certificate: string };
type SimpleSaml = { url: string; protectedUrl: string; logoutUrl: string; metadataUrl: string; output(): string; stop(): Promise<void> };

/** A real SimpleSAMLphp service provider, served by PHP itself. */
export async function startSimpleSaml({ port, idp, idpMetadata, key, certificate }: SimpleSamlSettings): Promise<SimpleSaml> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-simplesaml-'));
  const url = `http://127.0.0.1:${port}`;
  for (const name of ['sessions', 'log', 'tmp']) mkdirSync(`${folder}/${name}`);
  const files = {
    'sp.key': key,
    'sp.crt': certificate,
    'idp.xml': idpMetadata,
    'authsources.php': `<?php $config = ['sp' => ['saml:SP', 'entityID' => '${url}/sp', 'idp' => '${idp}', 'privatekey' => 'sp.key', 'certificate' => 'sp.crt',
      'sign.authnrequest' => true, 'sign.logout' => true, 'redirect.sign' => true, 'redirect.validate' => true, 'NameIDPolicy' => false,
      'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256']];`,
    'config.php': `<?php $config = ['baseurlpath' => '${url}/', 'certdir' => '${folder}/', 'loggingdir' => '${folder}/log/', 'datadir' => '${folder}/tmp/', 'tempdir' => '${folder}/tmp',
      'metadatadir' => '${folder}/', 'attributenamemapdir' => '/usr/share/simplesamlphp/config/attributemap/', 'secretsalt' => 'a salt for a test', 'auth.adminpassword' => 'none',
      'technicalcontact_email' => 'na@example.org', 'technicalcontact_name' => 'Administrator', 'timezone' => 'UTC',
      'logging.handler' => 'file', 'logging.level' => SimpleSAML\\Logger::INFO, 'showerrors' => true, 'admin.checkforupdates' => false,
      'store.type' => 'phpsession', 'session.phpsession.savepath' => '${folder}/sessions', 'session.phpsession.cookiename' => 'SimpleSAML', 'session.cookie.secure' => false,
      'session.cookie.samesite' => null, 'metadata.sources' => [['type' => 'xml', 'file' => '${folder}/idp.xml']], 'language.default' => 'en', 'language.available' => ['en']];`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content);
  const child = spawn(php, ['-S', `127.0.0.1:${port}`, '-t', pages], { env: { PATH: process.env.PATH, SIMPLESAMLPHP_CONFIG_DIR: folder } });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  async function stop(): Promise<void> {
    if (child.exitCode === null && !child.signalCode) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
  const page = `${url}/module.php/core/authenticate.php?as=sp`;
  const metadataUrl = `${url}/module.php/saml/sp/metadata.php/sp`;
  for (const begun = performance.now(); ; ) {
    const up = await send(metadataUrl).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (up) break;
    if (child.exitCode !== null || isOver(begun, 10_000)) {
      await stop();
      throw new Error(`php does not serve SimpleSAMLphp\n${output}`);
    }
    await pause(50);
  }
  return { url, protectedUrl: page, logoutUrl: `${page}&logout`, metadataUrl, output: () => output, stop };
}
