// Owns: the list of people as a CSV file: asking for it, writing it in parts, and the link that is mailed (S52–S55).
// Does not: keep files (operations), nor show pages.
export { type ExportWords, findExportByLink, startUserExport, type UserExportTools, userExport } from './export-users.ts';
