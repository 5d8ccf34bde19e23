// Owns: a whole store as one sealed file, and a store from such a file: formats, order, digests. Does not: know what a table means, nor talk to anybody.
export { verifyBackup, writeBackup } from './backup-file.ts';
export { dumpStore, NoStore } from './dump.ts';
export type { Head } from './frames.ts';
export { examineTarget, type Restored, RestoreFault, restoreStore, UnknownEnd } from './restore.ts';
