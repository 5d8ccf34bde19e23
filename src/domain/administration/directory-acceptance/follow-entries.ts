import { type Entry, lockEntries, saveDecisions } from '../../people/directory-entries/index.ts';
import type { DirectoryId, Transaction } from '../../scope.ts';
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
