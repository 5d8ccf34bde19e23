import { loadSettings } from '../../company/context-settings/index.ts';
import { type CustomField, listCustomFields } from '../../company/custom-fields/index.ts';
import { type Directory, type DirectoryRules, directoryRules, getDirectory } from '../../people/directories/index.ts';
import { type DescribedPerson, describePerson, type Entry, type EntryReason, firstReason } from '../../people/directory-entries/index.ts';
import type { Scope } from '../../scope.ts';

/** A directory and what its entries are read by. */
export type Source = { directory: Directory; fields: CustomField[]; rules: DirectoryRules };

/** @throws AppError not_found */
export const loadSource = async (scope: Scope, directoryId: string): Promise<Source> => ({
  directory: await getDirectory(scope, directoryId),
  fields: await listCustomFields(scope),
  rules: (await loadSettings(scope, directoryRules)).value,
});

type Candidate = { entry: Entry; person: DescribedPerson; reason?: EntryReason };

/** Whether somebody can be made of a person who waits: but for the login, which may be somebody else's. S18: who is accepted is Activated, so nobody is accepted who could not stay so. */
export function judge(entry: Entry, { directory, fields, rules }: Source): Candidate {
  const person = describePerson(entry, directory, fields);
  const isDisabled = rules.stateFromDirectory && !entry.isEnabled;
  const reasons = [entry.isGone && 'gone', isDisabled && 'disabled', person.reason].filter(
    (reason) => reason !== false && reason !== undefined,
  );
  return { entry, person, reason: firstReason(reasons as EntryReason[]) };
}

/** Of somebody who is accepted, or could be. */
export const remarkOf = ({ leftOut }: DescribedPerson): EntryReason | undefined =>
  Object.keys(leftOut).length > 0 ? 'value-left-out' : undefined;
