import type { DirectoryStatus } from '../smartsync-protocol/index.ts';
import { type ConnectionReport, Directory, type DirectorySettings, testConnection } from './ldap/index.ts';
import { Link } from './link/link.ts';
import { proxyFromEnvironment } from './link/proxy.ts';
import type { Log } from './log.ts';
import type { Settings, SettingsStore } from './settings/index.ts';
import { software } from './version.ts';

/** What the LDAP side needs of the settings, once a server is named there. */
export function directorySettings(settings: Settings): DirectorySettings | undefined {
  const { ldapUrls, bindDn, bindPassword, baseDn, startTls, ca, pinnedFingerprints, timeoutSeconds } = settings;
  if (ldapUrls.length === 0) return undefined;
  return { urls: ldapUrls, bindDn, bindPassword, baseDn, startTls, ca, pinnedFingerprints, timeoutSeconds };
}

/** A directory as the agent uses it. */
export type OpenedDirectory = Pick<Directory, 'serve' | 'status' | 'onStatus' | 'look' | 'close'>;

/** The LDAP side, in whose place a test speaks. */
export type Ldap = {
  open(settings: DirectorySettings): OpenedDirectory;
  test(settings: DirectorySettings, userFilter?: string): Promise<ConnectionReport>;
};

const realLdap: Ldap = { open: (settings) => new Directory(settings), test: testConnection };

const unset: DirectoryStatus = { isUp: false, servers: [] };

/** SmartSync as it runs: a directory on one side, the server on the other. */
export class Agent {
  readonly store: SettingsStore;
  readonly log: Log;
  readonly link: Link;
  readonly ldap: Ldap;
  #directory: OpenedDirectory | undefined;

  /** @throws Error when the identity cannot be read */
  constructor(store: SettingsStore, log: Log, env: NodeJS.ProcessEnv, ldap: Ldap = realLdap) {
    this.ldap = ldap;
    this.store = store;
    this.log = log;
    log.say(`${software} starts; its data is in ${store.folder.path}`);
    this.#open();
    this.link = new Link({
      store,
      log,
      sharedProxy: proxyFromEnvironment(env),
      directory: () => this.#directory,
      status: () => this.status(),
    });
  }

  status(): DirectoryStatus {
    return this.#directory?.status() ?? unset;
  }

  /** The settings of the directory were changed: it is opened again by what they say now. */
  async reopen(): Promise<void> {
    const before = this.#directory;
    this.#open();
    this.link.tell(this.status());
    await before?.close();
  }

  /** "Test connection". A directory that takes the bind now is looked at at once. */
  async test(settings: DirectorySettings, userFilter?: string): Promise<ConnectionReport> {
    const report = await this.ldap.test(settings, userFilter);
    if (report.checks.some(({ check, isOk }) => check === 'bind' && isOk)) await this.#directory?.look();
    return report;
  }

  async close(graceMs: number): Promise<void> {
    await this.link.close(graceMs);
    await this.#directory?.close();
    this.log.say('SmartSync has ended');
  }

  #open(): void {
    const settings = directorySettings(this.store.current);
    if (!settings) {
      this.#directory = undefined;
      this.log.say('Which directory to use is not set yet');
      return;
    }
    const directory = this.ldap.open(settings);
    this.#directory = directory;
    let wasUp: boolean | undefined;
    directory.onStatus((status) => {
      if (this.#directory !== directory) return;
      if (status.isUp !== wasUp) this.log.say(describe(status));
      wasUp = status.isUp;
      this.link?.tell(status);
    });
  }
}

function describe({ isUp, kind, servers }: DirectoryStatus): string {
  const up = servers.find((server) => server.isUp);
  if (isUp) return `The directory answers at ${up?.url ?? 'one of its servers'}${kind ? ` (${kind})` : ''}`;
  return `The directory does not answer: ${servers.map(({ url, fault, detail }) => `${url}: ${detail ?? fault ?? 'no answer'}`).join('; ')}`;
}
