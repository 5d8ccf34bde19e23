import { type Db, notifyChange } from '../../../platform/database/index.ts';
import type { DirectoryStatus } from '../../../smartsync-protocol/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type ContextId, type DirectoryId, useCase } from '../../scope.ts';
import { type Directory, directories, lockDirectory } from './store.ts';
import { tellAdministrators, timeOf } from './tell-administrators.ts';

/** Whether administrators were mailed that it is away as it is now. */
const isTold = ({ unavailableSince, awayToldAt }: Directory): boolean =>
  unavailableSince !== undefined && awayToldAt !== undefined && awayToldAt >= unavailableSince;

type Seen = { isUp: boolean; reason?: string } & Pick<DirectoryStatus, 'kind' | 'rootDn' | 'accountDomain'>;

/** Whether the directory can be reached, as all of its agents say together. An event tells of a change, and nothing is written without one. */
export const noteDirectoryState = useCase(async (scope, directoryId: DirectoryId, { isUp, reason, ...found }: Seen): Promise<void> => {
  const before = await lockDirectory(scope, directoryId);
  const isNew = isUp && !before.configuredAt;
  const isChange = isNew || (before.configuredAt !== undefined && isUp === (before.unavailableSince !== undefined));
  const now = scope.clock.now();
  const isFound = (['kind', 'rootDn', 'accountDomain'] as const).some((key) => found[key] !== undefined && found[key] !== before[key]);
  if (!isChange && !isFound && (isUp || reason === before.unavailableReason)) return;
  await directories(scope)
    .where('directory_id', directoryId)
    .update({
      kind: found.kind ?? before.kind ?? null,
      root_dn: found.rootDn ?? before.rootDn ?? null,
      account_domain: found.accountDomain ?? before.accountDomain ?? null,
      configured_at: before.configuredAt ?? (isUp ? now : null),
      unavailable_since: isUp || !before.configuredAt ? null : (before.unavailableSince ?? now),
      unavailable_reason: isUp ? null : (reason ?? null),
    });
  if (isUp && before.unavailableSince && isTold(before)) await tellAdministrators(scope, before, 'directory_back', { time: timeOf(now) });
  if (isChange)
    await recordEvent(scope, {
      type: isUp ? 'directory.available' : 'directory.unavailable',
      outcome: isUp ? 'success' : 'failure',
      subject: { kind: 'directory', id: directoryId, name: before.name },
      reason,
    });
  await notifyChange(scope.db, scope.contextId);
});

/** What is back sooner is no news; and of one that comes and goes there is a mail a day. */
const awayMs = 15 * 60_000;
const dayMs = 86_400_000;

/** Of all companies, directories that are away for some time, of which nobody was told. Those that are told, or there, cost nothing. */
export async function listUntoldDirectories(db: Db, now: Date): Promise<{ contextId: ContextId; directoryId: DirectoryId }[]> {
  const rows = await db('directories')
    .whereRaw('unavailable_since IS NOT NULL AND (away_told_at IS NULL OR away_told_at < unavailable_since)')
    .where('unavailable_since', '<=', new Date(now.getTime() - awayMs))
    .where((or) => or.whereNull('away_told_at').orWhere('away_told_at', '<=', new Date(now.getTime() - dayMs)))
    .select('context_id', 'directory_id');
  return rows.map((row) => ({ contextId: row.context_id, directoryId: row.directory_id }));
}

/** Mails administrators that it is away; they hear when it is back, too. Nobody hears it twice. @throws AppError not_found */
export const tellOfAway = useCase(async (scope, directoryId: DirectoryId): Promise<void> => {
  const directory = await lockDirectory(scope, directoryId);
  const { unavailableSince } = directory;
  if (!unavailableSince || isTold(directory)) return;
  await directories(scope).where('directory_id', directoryId).update({ away_told_at: scope.clock.now() });
  await tellAdministrators(scope, directory, 'directory_away', { time: timeOf(unavailableSince) });
});

/** Mails administrators that a run waits for their answer, at most once a day. @param counts what it would do. @throws AppError not_found */
export const tellOfStop = useCase(async (scope, directoryId: DirectoryId, counts: { changes: number; leaving: number }): Promise<void> => {
  const directory = await lockDirectory(scope, directoryId);
  const now = scope.clock.now();
  const isNew = await directories(scope)
    .where('directory_id', directoryId)
    .where((or) => or.whereNull('stop_told_at').orWhere('stop_told_at', '<=', new Date(now.getTime() - dayMs)))
    .update({ stop_told_at: now });
  if (isNew === 1) await tellAdministrators(scope, directory, 'directory_stopped', counts);
});
