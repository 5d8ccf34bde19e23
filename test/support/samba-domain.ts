import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { openDomain, sidOf } from './active-directory.ts';
import { createCertificate } from './certificates.ts';
import { allow, right, takeOwnership } from './domain-rights.ts';
import { exclusively } from './exclusive.ts';
import {
  administrator,
  baseOf,
  type Controller,
  claimAddress,
  copyFolder,
  netbiosOf,
  runController,
  sambaTool,
  settingsFile,
  writeSettings,
} from './samba-controller.ts';

/** Prepared domains are shared by the processes of a run; the one that asks first removes them at its end. */
export function shareDomains(): void {
  if (process.env.TEST_DOMAINS) return;
  const folder = mkdtempSync(join(tmpdir(), 'portaria-domains-'));
  process.env.TEST_DOMAINS = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** The accounts of a prepared domain that an agent may use. */
export const accounts = {
  /** An ordinary user who may also read what changed and what was deleted. */
  sync: { name: 'svc-sync', password: 'Sync-Passw0rd-1' },
  /** An ordinary user. */
  plain: { name: 'svc-plain', password: 'Plain-Passw0rd-1' },
  /** As `sync`, and may also create people in `OU=People`, change them and set their passwords. */
  writer: { name: 'svc-writer', password: 'Writer-Passw0rd-1' },
};

export const lockoutThreshold = 4;
const rules = { lockoutThreshold: String(lockoutThreshold), minPwdAge: '0', pwdHistoryLength: '3', minPwdLength: '10' };

/** @returns a folder with a domain that nobody runs: copy it. The first who asks in a run makes it. */
export async function preparedDomain(realm: string, controllers: 1 | 2): Promise<string> {
  shareDomains();
  const folder = `${process.env.TEST_DOMAINS}/${realm}-${controllers}`;
  await exclusively(folder, async () => {
    if (existsSync(folder)) return;
    const unfinished = `${folder}-unfinished`;
    mkdirSync(unfinished);
    if (controllers === 2) copyFolder(await preparedDomain(realm, 1), unfinished);
    await (controllers === 2 ? joinSecond(unfinished, realm) : provision(unfinished, realm));
    renameSync(unfinished, folder);
  });
  return folder;
}

async function provision(folder: string, realm: string): Promise<void> {
  await sambaTool([
    ...['domain', 'provision', `--realm=${realm.toUpperCase()}`, `--domain=${netbiosOf(realm)}`, '--server-role=dc', '--dns-backend=NONE'],
    ...[`--adminpass=${administrator.password}`, '--host-name=dc1', '--host-ip=127.0.0.1', `--targetdir=${folder}/dc1`, '--use-rfc2307'],
    ...['--option=interfaces=lo', '--option=bind interfaces only=yes'],
  ]);
  await running(folder, realm, async ({ url }, certificate) => {
    const client = new Client({ url, tlsOptions: { ca: [readFileSync(certificate.caFile)] } });
    await client.bind(`${administrator.name}@${realm}`, administrator.password);
    await furnish(client, realm);
    await client.unbind();
  });
}

/** The units, rules and accounts of a domain. */
async function furnish(client: Client, realm: string): Promise<void> {
  const baseDn = baseOf(realm);
  for (const [type, value] of Object.entries(rules))
    await client.modify(baseDn, new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }));
  for (const ou of ['People', 'Groups', 'Services']) await client.add(`OU=${ou},${baseDn}`, { objectClass: 'organizationalUnit', ou });
  const domain = openDomain((work) => work(client), baseDn, realm);
  const [sync, , writer] = await Promise.all(
    Object.values(accounts).map(async ({ name, password }) => {
      const dn = await domain.addPerson({ login: name, firstName: 'Service', lastName: name, password, unit: 'Services' });
      return sidOf(client, dn);
    }),
  );
  const readers = [sync!, writer!];
  const { createChild, deleteChild, list, read, write, extended } = right;
  await allow(
    client,
    baseDn,
    readers.map((sid) => ({ sid, mask: extended, on: id.getChanges })),
  );
  await takeOwnership(client, `CN=Deleted Objects,${baseDn}`);
  await allow(
    client,
    `CN=Deleted Objects,${baseDn}`,
    readers.map((sid) => ({ sid, mask: list | read, toChildren: true })),
  );
  await allow(client, `OU=People,${baseDn}`, [
    { sid: writer!, mask: createChild | deleteChild, toChildren: true, on: id.user },
    { sid: writer!, mask: read | write, toChildren: true, inherited: id.user },
    { sid: writer!, mask: extended, toChildren: true, on: id.resetPassword, inherited: id.user },
  ]);
}

/** Identifiers of rights and of the class `user` ([MS-ADTS] 5.1.3.2.1, [MS-ADSC]). */
const id = {
  getChanges: '1131f6aa-9c07-11d1-f79f-00c04fc2dcd2',
  resetPassword: '00299570-246d-11d0-a768-00aa006e0529',
  user: 'bf967aba-0de6-11d0-a285-00aa003049e2',
};

const joinSecond = (folder: string, realm: string): Promise<void> =>
  running(folder, realm, async ({ address }) => {
    await sambaTool([
      ...['domain', 'join', realm, 'DC', `--server=${address}`, '-U', `${administrator.name}%${administrator.password}`],
      ...['--dns-backend=NONE', '--no-dns-updates', `--targetdir=${folder}/dc2`, '-s', settingsFile({ folder, name: 'dc1' })],
      ...['--option=netbios name=DC2', '--option=interfaces=lo'],
    ]);
  });

type Certificate = ReturnType<typeof createCertificate>;

/** Runs the first controller of `folder` for as long as `work` takes. */
async function running(folder: string, realm: string, work: (controller: Controller, certificate: Certificate) => Promise<void>) {
  const tls = mkdtempSync(join(tmpdir(), 'portaria-samba-tls-'));
  const { address, release } = await claimAddress();
  try {
    const certificate = createCertificate(tls, { subjects: [`IP:${address}`] });
    const settings = { folder, name: 'dc1', realm, address, certificate };
    writeSettings(settings);
    const controller = await runController(settings);
    await work(controller, certificate).finally(() => controller.stop());
  } finally {
    release();
    rmSync(tls, { recursive: true });
  }
}
