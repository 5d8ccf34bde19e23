// Owns: how long a company keeps its audit (a setting), and taking it along: for a spreadsheet, and as a file that can be verified without this server.
// Does not: write or seal events (audit), nor keep files (operations).
export { auditExport, type ExportHeader, type ExportTools, startAuditExport } from './export-audit.ts';
export { type AuditWords, auditCsv, type CsvTools, startCsvExport } from './export-csv.ts';
export { purgeAudit } from './jobs.ts';
export { auditRetention, purgeOldEvents, retainedSince } from './retention.ts';
export { type FileVerification, verifyAuditFile } from './verify-file.ts';
