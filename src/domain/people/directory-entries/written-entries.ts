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

/** What the directory shall say of the person, until it does (S23). @returns false of people whom no directory has */
export async function wantState(scope: Transaction, userId: UserId, isEnabled: boolean): Promise<boolean> {
  const wanted = await entries(scope)
    .where({ user_id: userId, state: 'accepted', is_gone: false })
    .update({ wanted_enabled: isEnabled, write_tried_at: null, write_fault: null });
  return wanted > 0;
}

export type WantedState = Written & { isEnabled: boolean };

export async function findWantedState(scope: Scope, userId: UserId): Promise<WantedState | undefined> {
  const row = await entries(scope)
    .where('user_id', userId)
    .whereNotNull('wanted_enabled')
    .first('directory_id', 'entry_id', 'dn', 'wanted_enabled');
  return row && { directoryId: row.directory_id, entryId: row.entry_id, dn: row.dn, isEnabled: row.wanted_enabled! };
}

/** @param fault a code of why not; without one it is done. @returns false when something else is wanted meanwhile */
export async function noteStateWritten(scope: Transaction, userId: UserId, isEnabled: boolean, fault?: string): Promise<boolean> {
  const done = fault === undefined ? { wanted_enabled: null, is_enabled: isEnabled, write_fault: null } : { write_fault: fault };
  const noted = await entries(scope)
    .where({ user_id: userId, wanted_enabled: isEnabled })
    .update({ ...done, write_tried_at: scope.clock.now() });
  return noted > 0;
}

/** People whose state has not reached their directory: those who were not tried in the last minute, or were refused an hour ago. Across companies. */
export const listWantedStates = async (db: Db, now: Date, limit = 500): Promise<{ contextId: ContextId; userId: UserId }[]> =>
  (
    await db('directory_entries')
      .whereNotNull('wanted_enabled')
      .whereNotNull('user_id')
      .whereRaw(
        `(write_tried_at IS NULL OR write_tried_at < ?::timestamptz - CASE WHEN write_fault IS NULL THEN interval '50 seconds' ELSE interval '1 hour' END)`,
        [now],
      )
      .orderByRaw('write_tried_at NULLS FIRST')
      .limit(limit)
      .select('context_id', 'user_id')
  ).map((row) => ({ contextId: row.context_id, userId: row.user_id! }));
