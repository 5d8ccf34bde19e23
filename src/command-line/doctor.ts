import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { openStore, type Store } from '../app/open-store.ts';
import type { Config } from '../config/index.ts';
import { loadPasswordEngine } from '../platform/crypto/index.ts';
import { type Database, findMissingInSchema, pendingMigrations } from '../platform/database/index.ts';
import { verifyMailServer } from '../platform/mail/index.ts';
import { checkDirectories } from './check-directories.ts';
import { checkKeys } from './check-keys.ts';
import { checkRisks } from './check-risks.ts';
import { checkServer } from './check-server.ts';
import { type Command, exitCodes, type Output } from './command.ts';
import type { Finding } from './finding.ts';
import { checkJobs } from './jobs.ts';

export const doctorCommand: Command = {
  words: 'doctor',
  exits: { problems: 'there is a problem' },
  summary: 'Examines configuration, store, keys, clock and mail, and says how to mend what is wrong',
  usage: 'doctor [--server [URL]]',
  examples: ['doctor', 'doctor --json', 'doctor --server', 'doctor --server http://10.0.0.7:3000'],
  options: { server: { type: 'boolean' } },
  async run({ args, config, note, options }) {
    if (options.server) return present(await checkServer(config, args[0] ?? `http://127.0.0.1:${config.port}`));
    const findings = [...checkConfiguration(config), await checkPasswords()];
    let store: Store | undefined;
    try {
      store = await openStore({ ...config, databasePoolSize: 4 }, { say: note, migrations: false, mayMake: false });
      findings.push(...(await checkStore(store)), await checkClock(store), await checkJobs(store), ...(await checkKeys(store, config)));
      findings.push(...(await checkRisks(store, config)), ...(await checkDirectories(store)));
    } catch (error) {
      findings.push({
        check: 'store',
        level: 'problem',
        message: (error as Error).message,
        remedy: config.databaseUrl
          ? 'Check DATABASE_URL, that the server runs and lets this machine in.'
          : 'See the message; the log is in the data directory, postgres/postgres.log.',
      });
    } finally {
      await store?.close();
    }
    findings.push(await checkMail(config));
    return present(findings);
  },
};

function present(findings: Finding[]): Output {
  const problems = findings.filter(({ level }) => level === 'problem').length;
  const mark = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' };
  const text = findings
    .map(
      ({ check, level, message, remedy }) =>
        `${mark[level]}  ${check.padEnd(14)} ${message}${remedy ? `\n${' '.repeat(25)}→ ${remedy}` : ''}`,
    )
    .join('\n');
  return { text, data: { healthy: problems === 0, findings }, exitCode: problems > 0 ? exitCodes.problems : exitCodes.ok };
}

function checkConfiguration(config: Config): Finding[] {
  const findings: Finding[] = [{ check: 'configuration', level: 'ok', message: `base address ${config.baseUrl}, port ${config.port}` }];
  const { protocol, hostname } = new URL(config.baseUrl);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'http:' && !isLocal)
    findings.push({
      check: 'configuration',
      level: 'problem',
      message: 'the base address is http: passwords and cookies travel in the clear',
      remedy: 'Put a TLS proxy in front and set PORTARIA_BASE_URL to its https address.',
    });
  if (isLocal)
    findings.push({
      check: 'configuration',
      level: 'warning',
      message: 'the base address is this machine only',
      remedy: 'Set PORTARIA_BASE_URL to the address that people will use.',
    });
  if (protocol === 'https:' && config.trustedProxies.length === 0)
    findings.push({
      check: 'configuration',
      level: 'warning',
      message: 'no proxy is trusted: the audit will show the proxy as everybody’s address',
      remedy: 'Set PORTARIA_TRUSTED_PROXIES to the addresses of your proxies.',
    });
  if (!config.databaseUrl) findings.push(...checkDataDirectory(resolve(config.dataDir)));
  return findings;
}

function checkDataDirectory(dataDir: string): Finding[] {
  try {
    accessSync(existsSync(dataDir) ? dataDir : dirname(dataDir), constants.W_OK);
  } catch {
    return [
      {
        check: 'data directory',
        level: 'problem',
        message: `${dataDir} cannot be written`,
        remedy: 'Give this user the folder, or set PORTARIA_DATA_DIR.',
      },
    ];
  }
  const key = join(dataDir, 'master.key');
  for (const [path, wanted] of [
    [dataDir, 0o700],
    [key, 0o600],
  ] as const) {
    if (existsSync(path) && (statSync(path).mode & 0o077) !== 0)
      return [
        {
          check: 'data directory',
          level: 'problem',
          message: `${path} can be read by others`,
          remedy: `chmod ${wanted.toString(8)} ${path}`,
        },
      ];
  }
  return [{ check: 'data directory', level: 'ok', message: dataDir }];
}

async function checkPasswords(): Promise<Finding> {
  try {
    const { name, faults } = await loadPasswordEngine();
    return { check: 'passwords', level: 'ok', message: [`argon2id by ${name}`, ...faults].join('; a faster one does not load: ') };
  } catch (error) {
    return { check: 'passwords', level: 'problem', message: (error as Error).message, remedy: 'Install the packages again: npm ci' };
  }
}

async function checkStore({ database, isEmbedded }: Store): Promise<Finding[]> {
  const [row] = await database.run<{ version: number }>(
    'doctor-version',
    "SELECT current_setting('server_version_num')::int AS version",
    [],
  );
  const pending = await pendingMigrations(database.knex);
  return [
    row!.version >= 150_000
      ? {
          check: 'store',
          level: 'ok',
          message: `${isEmbedded ? 'the embedded store' : 'the database'} answers: PostgreSQL ${Math.floor(row!.version / 10_000)}`,
        }
      : {
          check: 'store',
          level: 'problem',
          message: `PostgreSQL ${Math.floor(row!.version / 10_000)} is too old`,
          remedy: 'Use PostgreSQL 15 or newer.',
        },
    ...(pending.length === 0
      ? [await checkSchema(database)]
      : [
          {
            check: 'schema',
            level: 'warning',
            message: `${pending.length} migrations have not run`,
            remedy: 'Start the server, or run "portaria migrate".',
          } as const,
        ]),
  ];
}

async function checkSchema(database: Database): Promise<Finding> {
  const missing = (await findMissingInSchema((text) => database.run('', text, []))) ?? [];
  if (missing.length === 0) return { check: 'schema', level: 'ok', message: 'up to date' };
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return {
    check: 'schema',
    level: 'problem',
    message: `not whole: ${missing.slice(0, 3).join('; ')}${more} are missing`,
    remedy: 'Restore the backup again, all of it, into an empty database.',
  };
}

async function checkClock({ database }: Store): Promise<Finding> {
  const [row] = await database.run<{ now: Date }>('doctor-now', 'SELECT clock_timestamp() AS now', []);
  const seconds = Math.abs(Date.now() - row!.now.getTime()) / 1000;
  if (seconds < 2) return { check: 'clock', level: 'ok', message: 'agrees with the store' };
  return {
    check: 'clock',
    level: 'problem',
    message: `differs from the store's by ${Math.round(seconds)} seconds: codes and sessions would expire wrongly`,
    remedy: 'Synchronise both machines by NTP (systemd-timesyncd, chrony).',
  };
}

async function checkMail({ smtpUrl, mailFrom }: Config): Promise<Finding> {
  if (!smtpUrl)
    return { check: 'mail', level: 'warning', message: 'no mail server is set', remedy: 'Set PORTARIA_SMTP_URL and PORTARIA_MAIL_FROM.' };
  if (!mailFrom) return { check: 'mail', level: 'problem', message: 'mails have no sender', remedy: 'Set PORTARIA_MAIL_FROM.' };
  try {
    await verifyMailServer(smtpUrl);
    return { check: 'mail', level: 'ok', message: `${new URL(smtpUrl).host} answers` };
  } catch (error) {
    return {
      check: 'mail',
      level: 'problem',
      message: `${new URL(smtpUrl).host}: ${(error as Error).message}`,
      remedy: 'Check PORTARIA_SMTP_URL: host, port, user, password, and smtps:// against smtp://.',
    };
  }
}
