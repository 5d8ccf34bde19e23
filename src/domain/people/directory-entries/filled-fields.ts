import { type CustomField, listCustomFields } from '../../company/custom-fields/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { type Directory, getDirectory } from '../directories/index.ts';
import { getUser, type User } from '../users/index.ts';
import { describePerson } from './describe-person.ts';
import { type Entry, findEntryOfUser } from './store.ts';

/** What of a person the directory says and goes on saying, of an administrator's name nothing: `firstName`, `lastName`, `department`, `email`, `username`, `customFields.<code>`. Nobody edits it here. */
export function filledFields(entry: Entry, directory: Directory, customFields: CustomField[], role: User['role']): Set<string> {
  if (entry.isGone) return new Set();
  const { firstName, lastName, department, email, username, customValues } = describePerson(entry, directory, customFields);
  const name = role === 'administrator' ? {} : { firstName, lastName };
  const said = Object.entries({ ...name, department, email, username }).filter(([, value]) => value !== undefined);
  const saidFields = customFields.filter(({ fieldId }) => customValues[fieldId] !== undefined);
  return new Set([...said.map(([name]) => name), ...saidFields.map(({ code }) => `customFields.${code}`)]);
}

/** The same of somebody here. @returns undefined for who comes from no directory */
export async function findFilledFields(scope: Scope, userId: UserId): Promise<{ directory: Directory; fields: Set<string> } | undefined> {
  const entry = await findEntryOfUser(scope, userId);
  if (!entry) return undefined;
  const directory = await getDirectory(scope, entry.directoryId);
  return { directory, fields: filledFields(entry, directory, await listCustomFields(scope), (await getUser(scope, userId)).role) };
}
