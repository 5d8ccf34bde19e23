import type { Entry, EntryReason } from '../../people/directory-entries/index.ts';
import type { OperationId, Scope } from '../../scope.ts';

/** These, or all that a list shows. */
export type ChosenEntries = { entryIds: string[] } | { all: true; kind?: Entry['kind']; search?: string; reason?: EntryReason };

/** `refused`: who goes on waiting, by reason. `operationId`: a person asked for many, and a job does it: `done` is 0 so far. */
export type EntryChanges = { done: number; refused: { reason: EntryReason; n: number }[]; operationId?: OperationId };

/** S17, S18: pending people and groups become people and groups of ours. @throws AppError not_found; invalid_input when nobody is chosen */
export declare function acceptEntries(scope: Scope, directoryId: string, chosen: ChosenEntries): Promise<EntryChanges>;
/** S19: pending ones; they stay so, whatever changes there, until an administrator puts them back. */
export declare function rejectEntries(scope: Scope, directoryId: string, chosen: ChosenEntries): Promise<EntryChanges>;
/** Rejected ones are pending again. */
export declare function putBackEntries(scope: Scope, directoryId: string, chosen: ChosenEntries): Promise<EntryChanges>;
