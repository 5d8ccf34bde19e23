import { jsonText } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import type { Row } from '../../rows.ts';
import { type DirectoryId, type GroupId, isId, type Scope, type Transaction, type UserId } from '../../scope.ts';
import type { LastChange } from './last-change.ts';
import type { EntryReason } from './reasons.ts';

export type EntryState = 'pending' | 'accepted' | 'rejected';

/** What a directory has. `entryId`: objectGUID or entryUUID. */
export type Entry = {
  directoryId: DirectoryId;
  entryId: string;
  kind: 'person' | 'group';
  dn: string;
  name: string;
  /** E-mail or username by which the person would sign in here. */
  login?: string;
  /** As the agent read them, by name in lower case. */
  attributes: Record<string, string[]>;
  isEnabled: boolean;
  state: EntryState;
  /** Why it waits, or what of it does not flow. */
  reason?: EntryReason;
  /** Not in the directory any more, or not in what is read of it. */
  isGone: boolean;
  userId?: UserId;
  groupId?: GroupId;
  /** When the directory deactivated the person here: if it is not the status of now, somebody else has changed it since. */
  deactivatedAt?: Date;
  /** What was decided here is on its way to the directory (S23): what the directory says of the state is older. */
  isStateWanted: boolean;
  /** A code of why the directory does not take it. */
  writeFault?: string;
  changedAt: Date;
  /** When it was first read. */
  createdAt: Date;
  /** What a run last changed of it. */
  lastChange?: LastChange;
};

type Kept = Omit<LastChange, 'at'> & { at: string };
export type EntryRow = Row<'directory_entries', { attributes: Record<string, string[]>; last_change: Kept | null }>;

export const fromRow = (row: EntryRow): Entry => ({
  directoryId: row.directory_id,
  entryId: row.entry_id,
  kind: row.kind,
  dn: row.dn,
  name: row.name,
  login: row.login ?? undefined,
  attributes: row.attributes,
  isEnabled: row.is_enabled,
  state: row.state,
  reason: (row.reason as EntryReason | null) ?? undefined,
  isGone: row.is_gone,
  userId: row.user_id ?? undefined,
  groupId: row.group_id ?? undefined,
  deactivatedAt: row.deactivated_at ?? undefined,
  isStateWanted: row.wanted_enabled !== null,
  writeFault: row.write_fault ?? undefined,
  changedAt: row.changed_at,
  createdAt: row.created_at,
  lastChange: row.last_change ? { ...row.last_change, at: new Date(row.last_change.at) } : undefined,
});

export const entries = ({ db, contextId }: Scope) => db('directory_entries').where('directory_entries.context_id', contextId);

/** Of people of ours, those who come from a directory or were provisioned in one. */
export async function findEntriesOfUsers(scope: Scope, userIds: UserId[]): Promise<Map<UserId, Entry>> {
  const rows = await entries(scope).whereRaw('user_id = ANY(?::uuid[])', [userIds]);
  return new Map(rows.map((row) => [row.user_id!, fromRow(row as EntryRow)]));
}

export const findEntryOfUser = async (scope: Scope, userId: UserId): Promise<Entry | undefined> =>
  (await findEntriesOfUsers(scope, [userId])).get(userId);

/** Of groups of ours, those who come from a directory. */
export async function findEntriesOfGroups(scope: Scope, groupIds: GroupId[]): Promise<Map<GroupId, Entry>> {
  const rows = await entries(scope).whereRaw('group_id = ANY(?::uuid[])', [groupIds]);
  return new Map(rows.map((row) => [row.group_id!, fromRow(row as EntryRow)]));
}

/** @throws AppError not_found */
export async function getEntry(scope: Scope, directoryId: string, entryId: string): Promise<Entry> {
  const row =
    isId(directoryId) && isId(entryId) ? await entries(scope).where({ directory_id: directoryId, entry_id: entryId }).first() : undefined;
  if (!row) throw notFound();
  return fromRow(row as EntryRow);
}

/** In one order, so that two who lock at once do not wait for each other. Those that there are not are missing. */
export async function lockEntries(scope: Transaction, directoryId: DirectoryId, entryIds: string[]): Promise<Entry[]> {
  const rows = await entries(scope)
    .where('directory_id', directoryId)
    .whereRaw('entry_id = ANY(?::uuid[])', [entryIds.filter(isId)])
    .orderBy('entry_id')
    .forUpdate();
  return rows.map((row) => fromRow(row as EntryRow));
}

/** Saves what is decided here of entries, which `lockEntries` has locked: state, reason, whom they are and whom the directory deactivated. */
export async function saveDecisions(scope: Transaction, directoryId: DirectoryId, decided: Entry[]): Promise<void> {
  if (decided.length === 0) return;
  const rows = decided.map(({ entryId, state, reason, userId, groupId, deactivatedAt }) => ({
    entry_id: entryId,
    state,
    reason,
    user_id: userId,
    group_id: groupId,
    deactivated_at: deactivatedAt,
  }));
  await scope.db.raw(
    `UPDATE directory_entries e SET state = r.state, reason = r.reason, user_id = r.user_id, group_id = r.group_id, deactivated_at = r.deactivated_at
     FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (entry_id uuid, state text, reason text, user_id uuid, group_id uuid, deactivated_at timestamptz)
     WHERE e.context_id = ? AND e.directory_id = ? AND e.entry_id = r.entry_id
       AND (e.state, e.reason, e.user_id, e.group_id, e.deactivated_at) IS DISTINCT FROM (r.state, r.reason, r.user_id, r.group_id, r.deactivated_at)`,
    [jsonText(rows), scope.contextId, directoryId],
  );
}

/** S132: of a person or group that is deleted here. It comes back only when an administrator says so. */
export async function rejectDeleted(scope: Transaction, deleted: { user_id: UserId } | { group_id: GroupId }): Promise<void> {
  await entries(scope).where(deleted).update({ state: 'rejected', reason: 'deleted', user_id: null, group_id: null, deactivated_at: null });
}
