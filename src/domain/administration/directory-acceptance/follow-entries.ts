import type { DirectoryId, Transaction } from '../../scope.ts';

/** Brings people, their status, groups and memberships in line with these entries, and accepts automatically where set. For every entry whose content, presence or direct members changed. */
export declare function followEntries(scope: Transaction, directoryId: DirectoryId, entryIds: string[]): Promise<void>;
