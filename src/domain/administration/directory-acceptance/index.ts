// Owns: what becomes of who was imported: accepting, rejecting, putting back, linking to people and groups of ours, and keeping those in line with the directory.
// Does not: read directories (directory-runs), nor keep what they say (directory-entries).
export { acceptEntries, type ChosenEntries, changeEntries, type EntryChanges, putBackEntries, rejectEntries } from './change-entries.ts';
export { editPerson } from './edit-person.ts';
export { followEntries, followHeldUp } from './follow-entries.ts';
export { linkEntry, linkGroup, unlinkEntry } from './link-entry.ts';
