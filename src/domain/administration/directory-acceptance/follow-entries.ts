import { AppError } from '../../../platform/errors/index.ts';
import { type Entry, listHeldUp, lockEntries, saveDecisions } from '../../people/directory-entries/index.ts';
import { type DirectoryId, inTransaction, type Transaction, useCase } from '../../scope.ts';
import { acceptGroups, explainGroups, followGroups } from './accept-groups.ts';
import { acceptPeople, explainPeople } from './accept-people.ts';
import { followMembers } from './follow-members.ts';
import { followPeople } from './follow-people.ts';
import { loadSource, type Source } from './source.ts';

/**
 * Brings people, their status, groups and memberships in line with these entries, and accepts automatically where set: whoever changed entries calls it, for those whose content or presence
 * changed, and, of direct members that came or went, for the group or the member, whichever are fewer; where a member is itself a group, for the group that it came to.
 * It acts in the name of the directory.
 */
export async function followEntries(scope: Transaction, directoryId: DirectoryId, entryIds: string[]): Promise<void> {
  const source = await loadSource(scope, directoryId);
  const as: Transaction = { ...scope, actor: { kind: 'system', name: source.directory.name } };
  const entries = await lockEntries(as, directoryId, entryIds);
  const decided = await decide(as, source, entries);
  await saveDecisions(as, directoryId, decided);
  await followMembers(as, source, merged(entries, decided));
}

/** So many are looked at again: what is held up is rare, or it is for an administrator to see to. */
const mostHeldUp = 500;

/** Looks again at those who could not follow: what was in the way, such as another's address, may be gone since. At the end of a run. */
export const followHeldUp = useCase(async (scope, directoryId: DirectoryId): Promise<void> => {
  const held = await listHeldUp(scope, directoryId, mostHeldUp);
  if (held.length === 0 || (await canFollow(scope, directoryId, held))) return;
  for (const entryId of held) await canFollow(scope, directoryId, [entryId]);
});

/** @returns false where a rule refuses it: nothing is written then */
async function canFollow(scope: Transaction, directoryId: DirectoryId, entryIds: string[]): Promise<boolean> {
  try {
    await inTransaction(scope, (inside) => followEntries(inside, directoryId, entryIds));
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

async function decide(scope: Transaction, source: Source, entries: Entry[]): Promise<Entry[]> {
  const { acceptsPeople, acceptsGroups } = source.directory.settings;
  const of = (kind: Entry['kind'], state: Entry['state']) => entries.filter((entry) => entry.kind === kind && entry.state === state);
  return [
    ...(await (acceptsPeople ? acceptPeople : explainPeople)(scope, source, of('person', 'pending'))),
    ...(await followPeople(scope, source, of('person', 'accepted'))),
    ...(await (acceptsGroups ? acceptGroups : explainGroups)(scope, source, of('group', 'pending'))),
    ...(await followGroups(scope, source, of('group', 'accepted'))),
  ];
}

const merged = (entries: Entry[], decided: Entry[]): Entry[] => {
  const byId = new Map(decided.map((entry) => [entry.entryId, entry]));
  return entries.map((entry) => byId.get(entry.entryId) ?? entry);
};
