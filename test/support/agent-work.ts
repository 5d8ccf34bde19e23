import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exportJWK, generateKeyPair } from 'jose';
import { Directory, type DirectorySettings, type Work } from '../../src/smartsync/ldap/index.ts';
import {
  type AnswerOf,
  type DirectoryRequest,
  type EntryRecord,
  isProvenAnswer,
  openSealed,
  type RequestKind,
  type RequestOf,
  seal,
} from '../../src/smartsync-protocol/index.ts';
import { scaleLimit } from './patience.ts';
import type { Samba } from './samba.ts';
import type { Slapd } from './slapd.ts';

type Passwords = { password?: string; oldPassword?: string; newPassword?: string };
type Options = { requestId?: string; passwords?: Passwords; about?: string; signal?: AbortSignal };
type Body<Kind extends RequestKind> = Omit<RequestOf<Kind>, 'sealed'>;

/** A directory as an agent serves it: what is asked comes sealed, and yes is only believed when it is proven. */
export type ServedDirectory = {
  directory: Directory;
  ask<Kind extends RequestKind>(kind: Kind, body: Body<Kind>, options?: Options): Promise<AnswerOf<Kind>>;
  /** What came of a reading. */
  read(body: Body<'read'>): Promise<{ answer: AnswerOf<'read'>; entries: EntryRecord[]; batches: number[] }>;
  close(): Promise<void>;
};

export async function serveDirectory(settings: DirectorySettings): Promise<ServedDirectory> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'X25519', extractable: true });
  const [own, agentId] = [await exportJWK(privateKey), randomUUID()];
  const encryptionKey = (await exportJWK(publicKey)) as Parameters<typeof seal>[2][number]['encryptionKey'];
  const directory = new Directory(settings);
  const work = (options: Options, send: Work['send']): Work => ({
    requestId: options.requestId ?? randomUUID(),
    signal: options.signal ?? AbortSignal.timeout(scaleLimit(30_000)),
    openSealed: (sealed, purpose) => openSealed(sealed, purpose, agentId, own),
    send,
  });
  return {
    directory,
    async ask(kind, body, { passwords = {}, about, ...options } = {}) {
      const { entry, login } = body as { entry?: { id: string }; login?: string };
      const of = about ?? entry?.id ?? login ?? '';
      const { sealed, key } = await seal(passwords, `${kind} ${of}`, [{ agentId, encryptionKey }]);
      const one = work(options, async () => undefined);
      const answer = await directory.serve({ kind, body: { ...body, sealed } } as unknown as DirectoryRequest as never, one);
      if ('proof' in answer && !isProvenAnswer(key, one.requestId, answer.outcome, answer.proof)) throw new Error('the yes is not proven');
      return answer as never;
    },
    async read(body) {
      const [entries, batches]: [EntryRecord[], number[]] = [[], []];
      const one = work({ signal: AbortSignal.timeout(scaleLimit(120_000)) }, async (batch) => {
        batches.push(Buffer.byteLength(JSON.stringify(batch)));
        entries.push(...batch);
      });
      const answer = await directory.serve({ kind: 'read', body } as never, one);
      return { answer: answer as AnswerOf<'read'>, entries, batches };
    },
    close: () => directory.close(),
  };
}

type Chosen = Partial<DirectorySettings>;

export const slapdSettings = (slapd: Slapd, chosen: Chosen = {}): DirectorySettings => ({
  urls: [slapd.ldapsUrl],
  bindDn: slapd.bindDn,
  bindPassword: slapd.bindPassword,
  ca: readFileSync(slapd.caFile, 'utf8'),
  startTls: false,
  timeoutSeconds: 5,
  ...chosen,
});

export const sambaSettings = (samba: Samba, account: 'sync' | 'plain' | 'writer' = 'sync', chosen: Chosen = {}): DirectorySettings => ({
  urls: samba.controllers.map(({ url }) => url),
  bindDn: samba[account].dn,
  bindPassword: samba[account].password,
  ca: readFileSync(samba.caFile, 'utf8'),
  startTls: false,
  timeoutSeconds: 5,
  ...chosen,
});

/** The id of an entry, as the directory keeps it, by its DN. */
export async function idOfEntry(server: Slapd | Samba, dn: string): Promise<string> {
  const attribute = server.kind === 'openldap' ? 'entryUUID' : 'objectGUID';
  const client = await server.client();
  const { searchEntries } = await client.search(dn, { scope: 'base', attributes: [attribute], explicitBufferAttributes: ['objectGUID'] });
  await client.unbind();
  const value = searchEntries[0]![attribute]!;
  if (typeof value === 'string') return value;
  const hex = (value as Buffer).toString('hex');
  const [a, b, c] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16)].map((part) =>
    Buffer.from(part, 'hex').reverse().toString('hex'),
  );
  return [a, b, c, hex.slice(16, 20), hex.slice(20)].join('-');
}
