import type { Scope } from '../../scope.ts';

/** An administrator says that a pending entry is this person of ours. @throws AppError not_found; status_conflict; entry_linked when the person comes from a directory already */
export declare function linkEntry(scope: Scope, directoryId: string, entryId: string, userId: string): Promise<void>;
/** The same of groups: whoever is not among its members there leaves it. @throws AppError not_found; status_conflict; entry_linked; everyone_is_fixed */
export declare function linkGroup(scope: Scope, directoryId: string, entryId: string, groupId: string): Promise<void>;
/** The person or group stays here as it is, and is no concern of the directory any more: its entry is rejected. @throws AppError not_found; status_conflict */
export declare function unlinkEntry(scope: Scope, directoryId: string, entryId: string): Promise<void>;
