import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ldapts';
import { type Domain, openDomain } from './active-directory.ts';
import { createCertificate } from './certificates.ts';
import type { Daemon } from './daemon.ts';
import { scaleLimit } from './patience.ts';
import {
  type Address,
  administrator,
  baseOf,
  type ControllerSettings,
  claimAddress,
  copyFolder,
  netbiosOf,
  runController,
  sambaTool,
  settingsFile,
  writeSettings,
} from './samba-controller.ts';
import { accounts, preparedDomain } from './samba-domain.ts';

type Account = { name: string; dn: string; password: string };

export type SambaController = Omit<Daemon, 'pid' | 'stop'> & {
  name: string;
  address: string;
  url: string;
  plainUrl: string;
  pid(): number;
  /** Begins again after `kill`, on what it had. */
  start(): Promise<void>;
  /** A connection that is bound; as the administrator, unless told. */
  client(name?: string, password?: string): Promise<Client>;
};

export type Samba = Domain & {
  kind: 'active-directory';
  url: string;
  caFile: string;
  netbios: string;
  controllers: SambaController[];
  admin: Account;
  sync: Account;
  plain: Account;
  writer: Account;
  client(name?: string, password?: string): Promise<Client>;
  /** Each controller takes over what was changed at the other; nothing is replicated without this. */
  replicate(): Promise<void>;
  /** Wrong passwords at a controller until it locks the person. */
  lockOut(login: string, at?: SambaController): Promise<void>;
  /** Ends all controllers and removes their folder. */
  stop(): Promise<void>;
};

type SambaOptions = {
  controllers?: 1 | 2;
  /** Another one is another domain, with identifiers of its own. */
  realm?: string;
  /** How many seconds its clocks are fast; needs `faketime`. */
  clockOffsetSeconds?: number;
};

/**
 * A Samba Active Directory of its own, with `OU=People`, `OU=Groups` and accounts for agents; resolves when it answers.
 * The first of a realm in a run is provisioned, later ones are copies with the same identifiers. Needs `samba` and `openssl`.
 */
export async function startSamba({ controllers: count = 1, realm = 'ad.example', clockOffsetSeconds }: SambaOptions = {}): Promise<Samba> {
  const prepared = await preparedDomain(realm, count);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-samba-'));
  const addresses: Address[] = [];
  const controllers: (SambaController & { stop(): Promise<void> })[] = [];
  const clients = new Set<Client>();
  const stop = async () => {
    await Promise.all(controllers.map((controller) => controller.stop()));
    await Promise.all([...clients].map((client) => client.unbind().catch(() => undefined)));
    for (const { release } of addresses) release();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  try {
    copyFolder(prepared, folder);
    mkdirSync(`${folder}/tls`);
    for (let i = 0; i < count; i++) addresses.push(await claimAddress());
    const subjects = addresses.flatMap(({ address }, i) => [`IP:${address}`, `DNS:dc${i + 1}.${realm}`]);
    const certificate = createCertificate(`${folder}/tls`, { subjects });
    for (const [i, { address }] of addresses.entries())
      controllers.push(await startController({ folder, name: `dc${i + 1}`, realm, address, certificate, clockOffsetSeconds }, clients));
    return assemble({ folder, realm, controllers, caFile: certificate.caFile, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startController(settings: ControllerSettings, clients: Set<Client>): Promise<SambaController & { stop(): Promise<void> }> {
  const { name, realm, address, certificate } = settings;
  writeSettings(settings);
  let daemon = await runController(settings);
  const url = `ldaps://${address}`;
  return {
    name,
    address,
    url,
    plainUrl: `ldap://${address}`,
    pid: () => daemon.pid,
    output: () => daemon.output(),
    isRunning: () => daemon.isRunning(),
    pause: () => daemon.pause(),
    resume: () => daemon.resume(),
    kill: () => daemon.kill(),
    stop: () => daemon.stop(),
    async start() {
      daemon = await runController(settings);
    },
    async client(as = `${administrator.name}@${realm}`, password = administrator.password) {
      const tlsOptions = { ca: [readFileSync(certificate.caFile)] };
      const client = new Client({ url, tlsOptions, connectTimeout: scaleLimit(5000), timeout: scaleLimit(30_000) });
      clients.add(client);
      await client.bind(as, password);
      return client;
    },
  };
}

type Parts = { folder: string; realm: string; controllers: SambaController[]; caFile: string; stop(): Promise<void> };

function assemble({ folder, realm, controllers, caFile, stop }: Parts): Samba {
  const [first] = controllers as [SambaController, ...SambaController[]];
  const baseDn = baseOf(realm);
  let connection: Promise<Client> | undefined;
  const asAdmin = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    connection ??= first.client();
    const client = await connection;
    if (client.isConnected) return work(client);
    connection = undefined;
    return asAdmin(work);
  };
  const service = ({ name, password }: { name: string; password: string }) => ({ name, password, dn: `CN=${name},OU=Services,${baseDn}` });
  return {
    ...openDomain(asAdmin, baseDn, realm),
    kind: 'active-directory',
    url: first.url,
    caFile,
    netbios: netbiosOf(realm),
    controllers,
    admin: { ...administrator, dn: `CN=${administrator.name},CN=Users,${baseDn}` },
    sync: service(accounts.sync),
    plain: service(accounts.plain),
    writer: service(accounts.writer),
    client: (name, password) => first.client(name, password),
    async replicate() {
      for (const to of controllers)
        for (const from of controllers.filter((one) => one !== to))
          await sambaTool([
            ...['drs', 'replicate', to.name.toUpperCase(), from.address, baseDn, '--local'],
            ...['-U', `${administrator.name}%${administrator.password}`, '-s', settingsFile({ folder, name: to.name })],
          ]);
    },
    async lockOut(login, at = first) {
      for (let i = 0; i < 20; i++) {
        const reason = await at.client(`${login}@${realm}`, 'not the password').catch((error: Error) => error.message);
        if (/data 775/.test(String(reason))) return;
      }
      throw new Error(`${login} is not locked out`);
    },
    stop,
  };
}
