// Owns: people and groups imported from directories: what the directory says of them, whether they wait, are accepted or rejected, whom they are here, direct members of groups.
// Does not: read directories or decide who is accepted (administration/directory-runs).
export { type Entry, type EntryState, findEntriesOfUsers, findEntryOfUser } from './store.ts';
export {
  findWantedState,
  insertProvisionedEntry,
  listWantedStates,
  noteStateWritten,
  type WantedState,
  wantState,
} from './written-entries.ts';
