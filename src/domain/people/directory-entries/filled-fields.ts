import { listCustomFields } from '../../company/custom-fields/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { type Directory, getDirectory } from '../directories/index.ts';
import { describePerson } from './describe-person.ts';
import { findEntryOfUser } from './store.ts';

/** What of a person the directory says and goes on saying: `firstName`, `lastName`, `department`, `email`, `username`, `customFields.<code>`. Nobody edits it here. */
export async function findFilledFields(scope: Scope, userId: UserId): Promise<{ directory: Directory; fields: Set<string> } | undefined> {
  const entry = await findEntryOfUser(scope, userId);
  if (!entry || entry.isGone) return undefined;
  const [directory, customFields] = [await getDirectory(scope, entry.directoryId), await listCustomFields(scope)];
  const { firstName, lastName, department, email, username, customValues } = describePerson(entry, directory, customFields);
  const said = Object.entries({ firstName, lastName, department, email, username }).filter(([, value]) => value !== undefined);
  const saidFields = customFields.filter(({ fieldId }) => customValues[fieldId] !== undefined);
  return { directory, fields: new Set([...said.map(([name]) => name), ...saidFields.map(({ code }) => `customFields.${code}`)]) };
}
