// Owns: how long a company keeps its audit (a setting), which companies have events to seal, and taking the audit along: for a spreadsheet, and as a file that can be verified without this server.
// Does not: write or seal events (audit), nor keep files (operations).
export { type ExportHeader, exportAudit, startAuditExport } from './export-audit.ts';
export { type AuditWords, exportCsv, startCsvExport } from './export-csv.ts';
export { listUnsealed } from './list-unsealed.ts';
export { auditRetention, purgeOldEvents, retainedSince } from './retention.ts';
export { type FileVerification, verifyAuditFile } from './verify-file.ts';
