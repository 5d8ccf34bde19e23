// Owns: adding people from a CSV file: reading it, saying line by line what is wrong, and adding all of them or none.
// Does not: change people who exist, nor show pages.
export { confirmImport, draftImport, findDraft, type ImportDraft, type ImportTools, userImport } from './import-users.ts';
export { decodeCsv } from './read-csv.ts';
export { type ImportFault, type ImportRow, type ImportWords, importColumns, mostRows, readImport } from './read-import.ts';
export { hasTemporaryPasswords, listTemporaryPasswords } from './temporary-passwords.ts';
