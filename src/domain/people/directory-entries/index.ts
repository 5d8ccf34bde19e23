// Owns: people and groups imported from directories: what the directory says of them, whether they wait, are accepted or rejected, whom they are here, direct members of groups.
// Does not: read directories (administration/directory-runs) or make people and groups of them (administration/directory-acceptance).
export { countPending, countShown } from './count-pending.ts';
export { type DescribedPerson, describePerson } from './describe-person.ts';
export { dnKey } from './dn-key.ts';
export { filledFields, findFilledFields } from './filled-fields.ts';
export { leaveToDirectory } from './keeps-out.ts';
export { noteLastChanges } from './last-change.ts';
export { countEntries, countMatching, type EntryFilter, entrySortKeys, listEntries, listHeldUp, pickEntries } from './list-entries.ts';
export { groupsAround, hasAcceptedGroups, membershipsOfPeople, membersOfGroups } from './members.ts';
export { type EntryReason, entryReasons, firstReason } from './reasons.ts';
export {
  addDirectMembers,
  type EntryContent,
  markGone,
  measureEntries,
  nameEntry,
  removeDirectMembers,
  saveEntries,
} from './save-entries.ts';
export {
  type Entry,
  type EntryState,
  findEntriesOfGroups,
  findEntriesOfUsers,
  findEntryOfUser,
  getEntry,
  lockEntries,
  rejectDeleted,
  saveDecisions,
} from './store.ts';
export {
  findWantedState,
  forgetWantedState,
  insertProvisionedEntry,
  listWantedStates,
  noteStateTried,
  noteStateWritten,
  wantState,
} from './written-entries.ts';
