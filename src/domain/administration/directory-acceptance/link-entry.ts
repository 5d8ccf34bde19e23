import { AppError } from '../../../platform/errors/index.ts';
import { getDirectory } from '../../people/directories/index.ts';
import { type Entry, findEntriesOfGroups, findEntryOfUser, lockEntries, saveDecisions } from '../../people/directory-entries/index.ts';
import { lockGroup } from '../../people/groups/index.ts';
import { fullName, holdUser } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { followEntries } from './follow-entries.ts';

/**
 * An administrator says that a pending entry is this person of ours, as where both have one address. It never happens by itself. What the directory says flows from then on.
 * @throws AppError not_found; status_conflict when it does not wait, or the person is being deleted; entry_linked when the person comes from a directory already
 */
export const linkEntry = useCase(async (scope, directoryId: string, entryId: string, userId: string): Promise<void> => {
  const entry = await lockEntry(scope, directoryId, entryId, 'person', 'pending');
  const user = await holdUser(scope, userId);
  if (await findEntryOfUser(scope, user.userId)) throw new AppError('entry_linked', 409);
  await saveDecisions(scope, entry.directoryId, [{ ...entry, state: 'accepted', userId: user.userId, reason: undefined }]);
  await announce(scope, 'directory.entry-linked', entry, { kind: 'user', id: userId, name: fullName(user) });
  await followEntries(scope, entry.directoryId, [entry.entryId]);
});

/** The same of groups: who is not among its members there leaves it, and it is called as it is there. @throws AppError not_found; status_conflict; entry_linked; everyone_is_fixed */
export const linkGroup = useCase(async (scope, directoryId: string, entryId: string, groupId: string): Promise<void> => {
  const entry = await lockEntry(scope, directoryId, entryId, 'group', 'pending');
  const group = await lockGroup(scope, groupId, 'change');
  if (group.isEveryone) throw new AppError('everyone_is_fixed', 409);
  if ((await findEntriesOfGroups(scope, [group.groupId])).size > 0) throw new AppError('entry_linked', 409);
  await saveDecisions(scope, entry.directoryId, [{ ...entry, state: 'accepted', groupId: group.groupId, reason: undefined }]);
  await announce(scope, 'directory.entry-linked', entry, { kind: 'group', id: groupId, name: group.name });
  await followEntries(scope, entry.directoryId, [entry.entryId]);
});

/** The person or group stays here as it is, and is no concern of the directory any more: the entry is rejected, so that it does not come back by itself. @throws AppError not_found; status_conflict */
export const unlinkEntry = useCase(async (scope, directoryId: string, entryId: string): Promise<void> => {
  const entry = await lockEntry(scope, directoryId, entryId, undefined, 'accepted');
  const { userId, groupId } = entry;
  const free: Entry = { ...entry, state: 'rejected', reason: 'unlinked', userId: undefined, groupId: undefined, deactivatedAt: undefined };
  await saveDecisions(scope, entry.directoryId, [free]);
  const name = userId ? fullName(await holdUser(scope, userId)) : (await lockGroup(scope, groupId!, 'stay')).name;
  await announce(scope, 'directory.entry-unlinked', entry, {
    kind: entry.kind === 'person' ? 'user' : 'group',
    id: userId ?? groupId!,
    name,
  });
});

async function lockEntry(
  scope: Transaction,
  directoryId: string,
  entryId: string,
  kind: Entry['kind'] | undefined,
  state: Entry['state'],
): Promise<Entry> {
  const { directoryId: id } = await getDirectory(scope, directoryId);
  const [entry] = await lockEntries(scope, id, [entryId]);
  if (!entry || (kind && entry.kind !== kind)) throw new AppError('not_found', 404);
  if (entry.state !== state || (state === 'pending' && entry.isGone)) throw new AppError('status_conflict', 409);
  return entry;
}

type Subject = { kind: 'user' | 'group'; id: string; name: string };

async function announce(
  scope: Transaction,
  type: 'directory.entry-linked' | 'directory.entry-unlinked',
  entry: Entry,
  subject: Subject,
): Promise<void> {
  const { name } = await getDirectory(scope, entry.directoryId);
  await recordEvent(scope, { type, subject, details: { directory: name, entry: entry.entryId, dn: entry.dn } });
}
