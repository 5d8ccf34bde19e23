import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Daemon, startDaemon } from './daemon.ts';
import type { Samba } from './samba.ts';
import { freePort } from './server.ts';
import type { Slapd } from './slapd.ts';

/** As scripts/start.mjs and the package start it. */
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2', '--max-old-space-size=112'];
const root = fileURLToPath(new URL('../../', import.meta.url));

export type SmartSyncOptions = {
  /** The company's address, such as `http://127.0.0.1:1234/acme`. */
  server: string;
  token: string;
  directory: Slapd | Samba;
  /** Which of the directory's accounts it signs in with: the one that only reads, unless told. */
  account?: 'sync' | 'writer';
  env?: Record<string, string>;
};

export type SmartSyncProcess = Pick<Daemon, 'output' | 'isRunning' | 'pause' | 'resume' | 'kill'> & {
  pageUrl: string;
  dataDir: string;
  pid(): number;
  /** Begins again after `kill`, with the identity that it had, and with other settings if told; resolves when it is connected. */
  start(more?: Record<string, string>): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
};

/** How an agent of ours reaches a directory. */
export function directoryEnvironment(directory: Slapd | Samba, account: 'sync' | 'writer' = 'sync'): Record<string, string> {
  const { caFile, baseDn } = directory;
  const reach = (urls: string[], bindDn: string, password: string) => ({
    SMARTSYNC_LDAP_URL: urls.join(','),
    SMARTSYNC_BIND_DN: bindDn,
    SMARTSYNC_BIND_PASSWORD: password,
    SMARTSYNC_BASE_DN: baseDn,
    SMARTSYNC_CA_FILE: caFile,
  });
  if (directory.kind === 'active-directory') {
    const { dn, password } = directory[account];
    return reach(
      directory.controllers.map(({ url }) => url),
      dn,
      password,
    );
  }
  const { ldapsUrl, bindDn, bindPassword, writerDn, writerPassword } = directory;
  return account === 'writer' ? reach([ldapsUrl], writerDn, writerPassword) : reach([ldapsUrl], bindDn, bindPassword);
}

/** What every process of an agent needs; `run` resolves when it is ready, as its output says. */
async function prepareAgent() {
  const dataDir = mkdtempSync(join(tmpdir(), 'portaria-smartsync-'));
  const pagePort = await freePort();
  const own = {
    SMARTSYNC_DATA_DIR: dataDir,
    SMARTSYNC_PAGE_PORT: String(pagePort),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
  };
  const run = (isReady: (output: string) => boolean, env: Record<string, string> = {}) =>
    startDaemon([process.execPath, ...flags, `${root}src/processes/smartsync.ts`], {
      cwd: root,
      isReady,
      env: { ...own, ...env },
    });
  return { dataDir, pagePort, run };
}

/** A real agent that knows nothing yet: an administrator sets it up on its page, which `code` opens. */
export async function startUnsetSmartSync(): Promise<{ pageUrl: string; code: string; output(): string; stop(): Promise<void> }> {
  const { dataDir, run } = await prepareAgent();
  const page = /The local page is at (\S+), its code is (\S+)/;
  const daemon = await run((output) => page.test(output));
  const [, pageUrl, code] = page.exec(daemon.output())!;
  return {
    pageUrl: pageUrl!,
    code: code!,
    output: () => daemon.output(),
    async stop() {
      await daemon.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A real agent in a process of its own; resolves when it is connected to the server and has looked for the directory. */
export async function startSmartSync({ server, token, directory, account, env = {} }: SmartSyncOptions): Promise<SmartSyncProcess> {
  const { dataDir, pagePort, run } = await prepareAgent();
  const settings = { SMARTSYNC_SERVER: server, SMARTSYNC_TOKEN: token, ...directoryEnvironment(directory, account), ...env };
  const start = (more: Record<string, string> = {}) =>
    run((output) => /Connected to/.test(output) && /The directory (answers|cannot be used)/.test(output), { ...settings, ...more });
  let daemon: Daemon;
  try {
    daemon = await start();
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
  return {
    dataDir,
    pageUrl: `http://127.0.0.1:${pagePort}`,
    pid: () => daemon.pid,
    output: () => daemon.output(),
    isRunning: () => daemon.isRunning(),
    pause: () => daemon.pause(),
    resume: () => daemon.resume(),
    kill: () => daemon.kill(),
    async start(more) {
      daemon = await start(more);
    },
    async stop() {
      await daemon.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
