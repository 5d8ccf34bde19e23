import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { Client } from 'ldapts';
import type { Certificate } from './certificates.ts';
import { clockEnvironment, type Daemon, startDaemon } from './daemon.ts';
import { hold } from './exclusive.ts';
import { scaleLimit } from './patience.ts';

const run = promisify(execFile);

/** @throws with what it printed when it fails */
export const sambaTool = (args: string[]): Promise<{ stdout: string; stderr: string }> => run('samba-tool', args);

export type Address = { address: string; release(): void };

/** A loopback address whose port 389 is free: Samba's ports are fixed, so each controller has an address of its own. */
export async function claimAddress(): Promise<Address> {
  for (let last = 20; last < 250; last++) {
    const address = `127.0.0.${last}`;
    const release = await hold(`samba-${address}`);
    if (!release) continue;
    if (await isFree(address)) return { address, release };
    release();
  }
  throw new Error('no loopback address has a free port 389: another directory listens on all of them');
}

function isFree(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(389, address);
    socket.once('connect', () => resolve(false) ?? socket.destroy());
    socket.once('error', () => resolve(true));
  });
}

export const administrator = { name: 'Administrator', password: 'Adm1n-Passw0rd' };

export const baseOf = (realm: string): string => `DC=${realm.split('.').join(',DC=')}`;
export const netbiosOf = (realm: string): string => realm.split('.')[0]!.toUpperCase();

export type ControllerSettings = {
  folder: string;
  name: string;
  realm: string;
  address: string;
  certificate: Certificate;
  clockOffsetSeconds?: number;
};

export const settingsFile = ({ folder, name }: Pick<ControllerSettings, 'folder' | 'name'>): string => `${folder}/${name}.conf`;

/** Writes how the controller runs from `folder`/`name`, wherever that was copied to. */
export function writeSettings({ folder, name, realm, address, certificate }: ControllerSettings): void {
  const [data, run] = [`${folder}/${name}`, `${folder}/${name}-run`];
  mkdirSync(run, { recursive: true });
  writeFileSync(
    settingsFile({ folder, name }),
    `[global]
netbios name = ${name.toUpperCase()}
realm = ${realm.toUpperCase()}
workgroup = ${netbiosOf(realm)}
server role = active directory domain controller
server services = ldap, cldap, kdc, rpc
interfaces = ${address}/8
bind interfaces only = yes
private dir = ${data}/private
state directory = ${data}/state
cache directory = ${data}/cache
lock directory = ${data}
pid directory = ${run}
ncalrpc dir = ${run}/ncalrpc
winbindd socket directory = ${run}/winbindd
ntp signd socket directory = ${run}/ntp_signd
log file = ${run}/log
idmap_ldb:use rfc2307 = yes
ldap server require strong auth = allow_sasl_over_tls
tls enabled = yes
tls keyfile = ${certificate.keyFile}
tls certfile = ${certificate.certificateFile}
tls cafile = ${certificate.caFile}
`,
  );
}

export type Controller = Daemon & { name: string; address: string; url: string };

/** @returns the controller, when it answers */
export async function runController(settings: ControllerSettings): Promise<Controller> {
  const { name, address, clockOffsetSeconds = 0 } = settings;
  const file = settingsFile(settings);
  const daemon = await startDaemon(['/usr/sbin/samba', '-F', '--no-process-group', '-M', 'single', '--debug-stdout', '-s', file], {
    isReady: () => answers(`ldap://${address}`),
    env: clockEnvironment(clockOffsetSeconds),
  });
  return { ...daemon, name, address, url: `ldaps://${address}` };
}

/** A folder of a domain, which holds files that are mostly holes. */
export const copyFolder = (from: string, to: string): void => void execFileSync('cp', ['-a', '--reflink=auto', `${from}/.`, to]);

async function answers(url: string): Promise<boolean> {
  const client = new Client({ url, connectTimeout: scaleLimit(1000), timeout: scaleLimit(1000) });
  try {
    await client.search('', { scope: 'base', attributes: ['defaultNamingContext'] });
    return true;
  } catch {
    return false;
  } finally {
    await client.unbind().catch(() => undefined);
  }
}
