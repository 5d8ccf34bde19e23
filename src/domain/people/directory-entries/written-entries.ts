import { type Db, jsonText, orTaken } from '../../../platform/database/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { ContextId, DirectoryId, Scope, Transaction, UserId } from '../../scope.ts';
import { fullName, identifier, nameKey, searchKey, type User } from '../users/index.ts';

import { dnKey } from './dn-key.ts';
import { entries } from './store.ts';

type Written = { directoryId: DirectoryId; entryId: string; dn: string };

/** Somebody of ours, whom the directory has since we asked for it. The next reading says the rest of the entry. @throws AppError already_in_directory */
export async function insertProvisionedEntry(scope: Transaction, user: User, { directoryId, entryId, dn }: Written): Promise<void> {
  const now = scope.clock.now();
  const name = fullName(user);
  const ours = { state: 'accepted', reason: null, user_id: user.userId, changed_at: now } as const;
  const row = {
    dn,
    dn_key: dnKey(dn),
    name,
    name_key: nameKey(name),
    search_key: searchKey([name, identifier(user), dn].join(' ')),
    login: identifier(user),
    attributes: jsonText({}),
    is_enabled: true,
  };
  const written = scope
    .db('directory_entries')
    .insert({
      context_id: scope.contextId,
      directory_id: directoryId,
      entry_id: entryId,
      kind: 'person',
      ...row,
      content_hash: '',
      created_at: now,
      ...ours,
    })
    // a reading at the same moment may have found it already; what was decided of it since holds (S132)
    .onConflict(['context_id', 'directory_id', 'entry_id'])
    .merge(ours)
    .whereRaw(
      "directory_entries.user_id IS NULL AND directory_entries.kind = 'person' AND directory_entries.state = 'pending' AND NOT directory_entries.is_gone",
    )
    .returning('entry_id');
  const rows = await orTaken(written, { directory_entries_user: alreadyThere });
  if (rows.length === 0) throw alreadyThere();
}

const alreadyThere = () => new AppError('already_in_directory', 409);

/** What the directory should say of the person, until it does (S23). @returns which directory has them, if one does */
export async function wantState(scope: Transaction, userId: UserId, isEnabled: boolean): Promise<DirectoryId | undefined> {
  const [wanted] = await entries(scope)
    .where({ user_id: userId, state: 'accepted', is_gone: false })
    .update({ wanted_enabled: isEnabled, write_tried_at: null, write_fault: null })
    .returning('directory_id');
  return wanted?.directory_id;
}

export type WantedState = Written & { isEnabled: boolean };

export async function findWantedState(scope: Scope, userId: UserId): Promise<WantedState | undefined> {
  const row = await entries(scope)
    .where('user_id', userId)
    .whereNotNull('wanted_enabled')
    .first('directory_id', 'entry_id', 'dn', 'wanted_enabled');
  return row && { directoryId: row.directory_id, entryId: row.entry_id, dn: row.dn, isEnabled: row.wanted_enabled! };
}

/** The company does not want it there any more. */
export async function forgetWantedState(scope: Scope, { entryId, directoryId }: WantedState): Promise<void> {
  await entries(scope)
    .where({ directory_id: directoryId, entry_id: entryId })
    .update({ wanted_enabled: null, write_tried_at: null, write_fault: null });
}

/** The directory gave no answer. */
export async function noteStateTried(scope: Scope, { directoryId, entryId, isEnabled }: WantedState): Promise<void> {
  await entries(scope)
    .where({ directory_id: directoryId, entry_id: entryId, wanted_enabled: isEnabled })
    .update({ write_tried_at: scope.clock.now() });
}

/** @param fault a code of why not; without one it is done. @returns whether that is news: not when something else is wanted meanwhile, nor when it was refused so before */
export async function noteStateWritten(scope: Transaction, userId: UserId, isEnabled: boolean, fault?: string): Promise<boolean> {
  const wanted = entries(scope).where({ user_id: userId, wanted_enabled: isEnabled });
  const row = await wanted.clone().forUpdate().first('write_fault');
  const done = fault === undefined ? { wanted_enabled: null, is_enabled: isEnabled, write_fault: null } : { write_fault: fault };
  await wanted.update({ ...done, write_tried_at: scope.clock.now() });
  return row !== undefined && (fault === undefined || row.write_fault !== fault);
}

/**
 * People whose state has not reached their directory, and who were not tried in the last minute, or were refused an hour ago. Across companies: of each directory that can be
 * reached equally many, so that none keeps the others waiting.
 */
export async function listWantedStates(
  db: Db,
  now: Date,
  limit = 500,
): Promise<{ contextId: ContextId; directoryId: DirectoryId; userId: UserId }[]> {
  const { rows } = await db.raw<{ rows: { context_id: ContextId; directory_id: DirectoryId; user_id: UserId }[] }>(
    `SELECT e.context_id, e.directory_id, e.user_id FROM directory_entries e JOIN directories d USING (context_id, directory_id)
     WHERE e.wanted_enabled IS NOT NULL AND e.user_id IS NOT NULL AND d.unavailable_since IS NULL
       AND (write_tried_at IS NULL OR write_tried_at < ?::timestamptz - CASE WHEN write_fault IS NULL THEN interval '50 seconds' ELSE interval '1 hour' END)
     ORDER BY row_number() OVER (PARTITION BY e.context_id, e.directory_id ORDER BY write_tried_at NULLS FIRST), write_tried_at NULLS FIRST LIMIT ?`,
    [now, limit],
  );
  return rows.map((row) => ({ contextId: row.context_id, directoryId: row.directory_id, userId: row.user_id }));
}
