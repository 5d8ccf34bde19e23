import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from './jar.ts';
import { eventually } from './process.ts';

export type DebianApache = { errorLog(): string; stop(): Promise<void> };

/**
 * Apache as Debian installs it: its configuration in a folder of its own, of which only addresses and places differ.
 * @param modules those whose packages enabled them that are needed; what other packages of Apache's modules enabled is left out
 * @param directives in the virtual host that Debian enables
 */
export async function startDebianApache(port: number, documentRoot: string, modules: string[], directives: string): Promise<DebianApache> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-apache-'));
  chmodSync(folder, 0o755);
  cpSync('/etc/apache2', `${folder}/etc`, { recursive: true, verbatimSymlinks: true });
  for (const name of ['run', 'lock', 'log']) mkdirSync(`${folder}/${name}`);
  const enabled = readdirSync(`${folder}/etc/mods-enabled`);
  for (const name of enabled.filter((one) => /^(auth_mellon|auth_openidc|shib)\./.test(one))) rmSync(`${folder}/etc/mods-enabled/${name}`);
  rmSync(`${folder}/etc/conf-enabled/shib.conf`, { force: true });
  const off = modules.filter((module) => !enabled.some((name) => name.startsWith(module)));
  if (off.length > 0) throw new Error(`a2enmod ${off.join(' ')}`);
  const site = `${folder}/etc/sites-available/000-default.conf`;
  const own = `DocumentRoot ${documentRoot}\n<Directory ${documentRoot}>\n  Require all granted\n</Directory>\n${directives}\n`;
  writeFileSync(
    site,
    readFileSync(site, 'utf8')
      .replace('*:80', `127.0.0.1:${port}`)
      .replace(/DocumentRoot .*/, () => own),
  );
  writeFileSync(`${folder}/etc/ports.conf`, `Listen 127.0.0.1:${port}\n`);
  const env = {
    PATH: process.env.PATH,
    LANG: 'C',
    APACHE_RUN_USER: 'www-data',
    APACHE_RUN_GROUP: 'www-data',
    APACHE_PID_FILE: `${folder}/run/apache2.pid`,
    APACHE_RUN_DIR: `${folder}/run`,
    APACHE_LOCK_DIR: `${folder}/lock`,
    APACHE_LOG_DIR: `${folder}/log`,
  };
  const control = (what: string) =>
    execFileSync('/usr/sbin/apache2', ['-d', `${folder}/etc`, '-f', 'apache2.conf', '-k', what], { env, stdio: 'pipe' });
  control('start');
  await eventually(() => send(`http://127.0.0.1:${port}/bye`));
  return {
    errorLog: () => readFileSync(`${folder}/log/error.log`, 'utf8'),
    async stop() {
      control('stop');
      await eventually(async () => {
        if (readdirSync(`${folder}/run`).includes('apache2.pid')) throw new Error('Apache does not stop');
      });
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}
