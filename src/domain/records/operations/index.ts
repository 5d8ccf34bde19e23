// Owns: long operations that an administrator asked for and does not wait for: what was asked, how far it is, what was refused, and the file it made.
// Does not: know what any of them does (each slice has its kinds), nor how it is shown.
export { deleteFile, openFile, Superseded, saveFilePart } from './files.ts';
export { countRefused, fillItems, listDone, listRefused, type OperationItem, recordItems, workOnItems } from './items.ts';
export { operationRun } from './jobs.ts';
export {
  confirmOperation,
  deleteOperationsOf,
  deleteOtherOperations,
  draftOperation,
  endOperation,
  findOperation,
  getOperation,
  listOperations,
  type NewOperation,
  noteProgress,
  type Operation,
  type OperationKind,
  type Run,
  runOperation,
  startOperation,
  sweepOperations,
} from './operations.ts';
export { saveCsv } from './save-csv.ts';
