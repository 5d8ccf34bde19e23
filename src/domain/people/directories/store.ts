import { newId } from '../../../platform/crypto/index.ts';
import { type Db, jsonText } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import type { DirectoryKind } from '../../../smartsync-protocol/index.ts';
import type { Row } from '../../rows.ts';
import { type ContextId, type DirectoryId, isId, type Scope, type Transaction } from '../../scope.ts';
import { nameKey } from '../users/index.ts';
import { type DirectorySettings, readSettings } from './settings.ts';

export type Directory = {
  directoryId: DirectoryId;
  name: string;
  /** Found by an agent from the root DSE. */
  kind?: DirectoryKind;
  settings: DirectorySettings;
  /** As an agent found them; `settings` may say otherwise. */
  rootDn?: string;
  accountDomain?: string;
  hasToken: boolean;
  tokenMadeAt?: Date;
  /** From then on it enrols nobody, as one that lies about is worth something to who finds it. */
  tokenUntil?: Date;
  /** Since an agent first reached it. */
  configuredAt?: Date;
  unavailableSince?: Date;
  /** `no-agent`, or as an agent names it. */
  unavailableReason?: string;
  /** When administrators were last mailed that it is away. */
  awayToldAt?: Date;
  readCursor?: string;
  nextReadAt?: Date;
  nextWholeReadAt?: Date;
  settingsChangedAt: Date;
  version: number;
};

/** How long a token enrols agents after it was made. */
const tokenDays = 7;
const tokenUntil = (madeAt: Date | null) => (madeAt ? new Date(madeAt.getTime() + tokenDays * 86_400_000) : undefined);

/** Whether it would enrol an agent. */
export const isTokenValid = ({ hasToken, tokenUntil }: Directory, now: Date): boolean =>
  hasToken && tokenUntil !== undefined && now < tokenUntil;

export type DirectoryState = 'not-configured' | 'configured' | 'unavailable';

export const stateOf = ({ configuredAt, unavailableSince }: Directory): DirectoryState =>
  !configuredAt ? 'not-configured' : unavailableSince ? 'unavailable' : 'configured';

const fromRow = (row: Row<'directories'>): Directory => ({
  directoryId: row.directory_id,
  name: row.name,
  kind: (row.kind as DirectoryKind | null) ?? undefined,
  settings: readSettings(row.settings),
  rootDn: row.root_dn ?? undefined,
  accountDomain: row.account_domain ?? undefined,
  hasToken: row.token_hash !== null,
  tokenMadeAt: row.token_made_at ?? undefined,
  tokenUntil: tokenUntil(row.token_made_at),
  configuredAt: row.configured_at ?? undefined,
  unavailableSince: row.unavailable_since ?? undefined,
  unavailableReason: row.unavailable_reason ?? undefined,
  awayToldAt: row.away_told_at ?? undefined,
  readCursor: row.read_cursor ?? undefined,
  nextReadAt: row.next_read_at ?? undefined,
  nextWholeReadAt: row.next_whole_read_at ?? undefined,
  settingsChangedAt: row.settings_changed_at,
  version: row.version,
});

export const directories = ({ db, contextId }: Scope) => db('directories').where('directories.context_id', contextId);

/** @throws AppError not_found */
export async function getDirectory(scope: Scope, directoryId: string): Promise<Directory> {
  const row = isId(directoryId) ? await directories(scope).where('directory_id', directoryId).first() : undefined;
  if (!row) throw notFound();
  return fromRow(row);
}

/** Nobody else changes it until the transaction ends; what refers to it does not wait. @throws AppError not_found */
export async function lockDirectory(scope: Transaction, directoryId: string): Promise<Directory> {
  const row = isId(directoryId) ? await directories(scope).where('directory_id', directoryId).forNoKeyUpdate().first() : undefined;
  if (!row) throw notFound();
  return fromRow(row);
}

/** By name. */
export const listDirectories = async (scope: Scope): Promise<Directory[]> =>
  (await directories(scope).orderBy(['name_key', 'directory_id'])).map(fromRow);

export async function findDirectoryByName(scope: Scope, name: string): Promise<Directory | undefined> {
  const row = await directories(scope).where('name_key', nameKey(name)).first();
  return row && fromRow(row);
}

type NewDirectory = { name: string; settings: DirectorySettings; tokenHash: string };

export async function insertDirectory(scope: Transaction, { name, settings, tokenHash }: NewDirectory): Promise<DirectoryId> {
  const now = scope.clock.now();
  const directoryId = newId(now.getTime()) as DirectoryId;
  await scope.db('directories').insert({
    context_id: scope.contextId,
    directory_id: directoryId,
    name,
    name_key: nameKey(name),
    settings: jsonText(settings),
    token_hash: tokenHash,
    token_made_at: now,
    settings_changed_at: now,
    created_at: now,
    updated_at: now,
  });
  return directoryId;
}

type Columns = { name?: string; settings?: DirectorySettings; tokenHash?: string | null };

export async function updateDirectory(scope: Transaction, directoryId: DirectoryId, { name, settings, tokenHash }: Columns): Promise<void> {
  const now = scope.clock.now();
  await directories(scope)
    .where('directory_id', directoryId)
    .update({
      ...(name === undefined ? {} : { name, name_key: nameKey(name) }),
      ...(settings === undefined ? {} : { settings: jsonText(settings), settings_changed_at: now }),
      ...(tokenHash === undefined ? {} : { token_hash: tokenHash, token_made_at: tokenHash === null ? null : now }),
      updated_at: now,
      version: scope.db.raw('version + 1'),
    });
}

type Reading = { readCursor?: string | null; nextReadAt?: Date | null; nextWholeReadAt?: Date };

/** Of every company, those that can be reached and whose next reading is due. */
export async function listDirectoriesToRead(db: Db, now: Date): Promise<{ contextId: ContextId; directoryId: DirectoryId }[]> {
  const rows = await db('directories')
    .whereNotNull('configured_at')
    .whereNull('unavailable_since')
    .where((or) => or.whereNull('next_read_at').orWhere('next_read_at', '<=', now))
    .select('context_id', 'directory_id');
  return rows.map((row) => ({ contextId: row.context_id, directoryId: row.directory_id }));
}

/** Where reading goes on, and when. Apart from the version: nobody's edit is stale because people arrived. */
export async function noteReading(
  scope: Scope,
  directoryId: DirectoryId,
  { readCursor, nextReadAt, nextWholeReadAt }: Reading,
): Promise<void> {
  const columns = {
    ...(readCursor === undefined ? {} : { read_cursor: readCursor }),
    ...(nextReadAt === undefined ? {} : { next_read_at: nextReadAt }),
    ...(nextWholeReadAt === undefined ? {} : { next_whole_read_at: nextWholeReadAt }),
  };
  if (Object.keys(columns).length > 0) await directories(scope).where('directory_id', directoryId).update(columns);
}
