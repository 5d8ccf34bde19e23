import { type CustomField, readCustomValues } from '../../company/custom-fields/index.ts';
import { findGroupsByName, type Group } from '../../people/groups/index.ts';
import { checkPersonalData, listTakenLogins, loginKey, nameKey } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import type { ImportFault, ImportRow } from './read-import.ts';

const mostFaults = 1000;

export type CheckedImport = { faults: ImportFault[]; groups: Map<string, Group> };

/** What is wrong with the people of a file, line by line: by themselves, among each other, and beside those who exist. */
export async function checkImport(scope: Scope, rows: ImportRow[], fields: CustomField[]): Promise<CheckedImport> {
  const groups = await findGroups(scope, rows);
  const taken = await listTakenLogins(
    scope,
    rows.map(({ person }) => person.email ?? person.username ?? ''),
  );
  const seen = new Set<string>();
  const faults: ImportFault[] = [];
  for (const { line, hasWholeName, person, customFields, groups: names } of rows) {
    if (faults.length >= mostFaults) break; // enough to mend before the next try
    const add = (column: string, message: string, params?: Record<string, unknown>) => faults.push({ line, column, message, params });
    if (person.role !== 'regular' && person.role !== 'administrator') add('role', 'fields.csv_role');
    const { firstName, lastName, ...others } = checkPersonalData(person);
    const fullName = firstName === 'fields.one_name' ? 'fields.name' : firstName || lastName ? 'fields.csv_full_name' : undefined;
    const ofName = hasWholeName ? { fullName } : { firstName, lastName };
    for (const [column, message] of Object.entries({ ...ofName, ...others })) if (message) add(column, message);
    for (const [column, message] of Object.entries(readCustomValues(fields, customFields).errors))
      add(column.replace('customFields.', ''), message);
    for (const name of names) if (!groups.has(name)) add('groups', 'fields.csv_group', { name });
    const login = loginKey(person.email ?? person.username ?? '').key;
    if (login === '') continue;
    if (seen.has(login)) add(person.email ? 'email' : 'username', 'fields.csv_twice');
    else if (taken.has(login)) add(person.email ? 'email' : 'username', 'fields.taken');
    seen.add(login);
  }
  return { faults, groups };
}

/** A file that names more groups than this is no list of people. */
const mostGroups = 1000;

/** By the names that the file uses. Everyone is no fault: everybody is in it. */
async function findGroups(scope: Scope, rows: ImportRow[]): Promise<Map<string, Group>> {
  const names = [...new Set(rows.flatMap(({ groups }) => groups))].slice(0, mostGroups);
  const found = await findGroupsByName(scope, names);
  return new Map(names.flatMap((name) => (found.has(nameKey(name)) ? [[name, found.get(nameKey(name))!] as const] : [])));
}
