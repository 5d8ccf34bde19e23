import { execFile } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Attribute, Change, Client, Control } from 'ldapts';
import { createCertificate } from './certificates.ts';
import { clockEnvironment, type Daemon, startDaemon } from './daemon.ts';
import type { DirectoryGroup, DirectoryPerson } from './directory-people.ts';
import { directoryEntries, type Entry, ldif } from './ldif.ts';
import { scaleLimit } from './patience.ts';
import { freePort } from './server.ts';
import { configuration, foundation, type SlapdSettings } from './slapd-settings.ts';

const run = promisify(execFile);

export type SlapdOptions = {
  baseDn?: string;
  /** Loaded before it starts, without the network: the way for many. */
  people?: Iterable<DirectoryPerson>;
  groups?: Iterable<DirectoryGroup>;
  entries?: Iterable<Entry>;
  withSyncprov?: boolean;
  /** How passwords that are set from now on are kept: `{SSHA}`, unless told. */
  passwordHash?: '{SSHA}' | '{ARGON2}';
  /** Lines of access rules before ours, such as `access to dn.exact="…" attrs=entryUUID by * none`. */
  rights?: string;
  /** How many seconds its clock is fast; needs `faketime`. */
  clockOffsetSeconds?: number;
  /** Of the certificate; see `createCertificate`. */
  certificate?: { subjects?: string[]; days?: number };
};

export type Slapd = Omit<Daemon, 'stop' | 'kill'> & {
  kind: 'openldap';
  url: string;
  ldapsUrl: string;
  caFile: string;
  baseDn: string;
  /** May read all but passwords. */
  bindDn: string;
  bindPassword: string;
  /** May also write. */
  writerDn: string;
  writerPassword: string;
  /** Under no policy and no limit. */
  adminDn: string;
  adminPassword: string;
  /** A connection that is bound; as the administrator, unless told. */
  client(dn?: string, password?: string): Promise<Client>;
  add(entries: Iterable<Entry>): Promise<void>;
  /** Replaces attributes; an empty list takes one away. */
  replace(dn: string, attributes: Record<string, string | string[]>): Promise<void>;
  remove(dn: string): Promise<void>;
  rename(dn: string, to: string): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
  /** Ends it at once; `start` begins it again on what it had. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Begins again with these access rules before ours. */
  restart(rights: string): Promise<void>;
};

/** An OpenLDAP of its own, empty but for its accounts and policies unless told; resolves when it answers. Needs `slapd` and `openssl`. */
export async function startSlapd({
  baseDn = 'dc=directory,dc=example',
  withSyncprov = true,
  ...options
}: SlapdOptions = {}): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-slapd-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  try {
    mkdirSync(`${folder}/db`);
    const { caFile, certificateFile, keyFile } = createCertificate(folder, options.certificate);
    const [port, tlsPort] = [await freePort(), await freePort()];
    const [url, ldapsUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${tlsPort}`];
    const account = (cn: string) => ({ dn: `cn=${cn},${baseDn}`, password: `${cn} of the network` });
    const [admin, sync, writer] = [account('admin'), account('sync'), account('writer')];
    const settings = { folder, baseDn, withSyncprov, certificateFile, keyFile, caFile, admin, sync, writer, ...options };
    writeFileSync(`${folder}/slapd.conf`, configuration(settings));
    await load(settings, options);

    const clients = new Set<Client>();
    const connect = async (dn: string, password: string) => {
      const client = new Client({ url, connectTimeout: scaleLimit(5000), timeout: scaleLimit(30_000) });
      await client.bind(dn, password);
      clients.add(client);
      return client;
    };
    const start = () =>
      startDaemon(['/usr/sbin/slapd', '-f', `${folder}/slapd.conf`, '-h', `${url}/ ${ldapsUrl}/`, '-d', '0'], {
        isReady: () => answers(url),
        env: clockEnvironment(options.clockOffsetSeconds ?? 0),
      });
    const closeClients = async () => {
      await Promise.all([...clients].map((client) => client.unbind().catch(() => undefined)));
      clients.clear();
    };
    let daemon = await start();
    const asAdmin = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
      const client = await connect(admin.dn, admin.password);
      try {
        return await work(client);
      } finally {
        await client.unbind();
        clients.delete(client);
      }
    };
    return {
      kind: 'openldap',
      get pid() {
        return daemon.pid;
      },
      url,
      ldapsUrl,
      caFile,
      baseDn,
      bindDn: sync.dn,
      bindPassword: sync.password,
      writerDn: writer.dn,
      writerPassword: writer.password,
      adminDn: admin.dn,
      adminPassword: admin.password,
      output: () => daemon.output(),
      isRunning: () => daemon.isRunning(),
      pause: () => daemon.pause(),
      resume: () => daemon.resume(),
      client: (dn = admin.dn, password = admin.password) => connect(dn, password),
      add: (entries) =>
        asAdmin(async (client) => {
          for (const { dn, attributes } of entries) await client.add(dn, toAttributes(attributes), new Relax());
        }),
      replace: (dn, attributes) =>
        asAdmin((client) =>
          client.modify(
            dn,
            toAttributes(attributes).map((modification) => new Change({ operation: 'replace', modification })),
            new Relax(),
          ),
        ),
      remove: (dn) => asAdmin((client) => client.del(dn)),
      rename: (dn, to) => asAdmin((client) => client.modifyDN(dn, to)),
      async stop() {
        await daemon.stop();
        await closeClients();
        remove();
      },
      async kill() {
        await daemon.kill();
        await closeClients();
      },
      async start() {
        daemon = await start();
      },
      async restart(rights) {
        await daemon.stop();
        writeFileSync(`${folder}/slapd.conf`, configuration({ ...settings, rights }));
        daemon = await start();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The administrator may set what only the server sets, such as when a password was changed (draft-zeilenga-ldap-relax). */
class Relax extends Control {
  constructor() {
    super('1.3.6.1.4.1.4203.666.5.12', { critical: true });
  }
}

const toAttributes = (attributes: Entry['attributes']): Attribute[] =>
  Object.entries(attributes).map(
    ([type, value]) => new Attribute({ type, values: (Array.isArray(value) ? value : [value]) as string[] | Buffer[] }),
  );

async function answers(url: string): Promise<boolean> {
  const client = new Client({ url, connectTimeout: scaleLimit(1000), timeout: scaleLimit(1000) });
  try {
    await client.search('', { scope: 'base', attributes: ['namingContexts'] });
    return true;
  } catch {
    return false;
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

async function load(settings: SlapdSettings, { people = [], groups = [], entries = [], clockOffsetSeconds = 0 }: SlapdOptions) {
  const { folder, baseDn } = settings;
  const text = function* () {
    for (const entry of foundation(settings)) yield ldif(entry);
    for (const entry of directoryEntries({ people, groups, entries }, baseDn)) yield ldif(entry);
  };
  await pipeline(Readable.from(text()), createWriteStream(`${folder}/content.ldif`));
  const env = { ...process.env, ...clockEnvironment(clockOffsetSeconds) };
  await run('/usr/sbin/slapadd', ['-q', '-w', '-f', `${folder}/slapd.conf`, '-l', `${folder}/content.ldif`], { env });
  rmSync(`${folder}/content.ldif`);
}
