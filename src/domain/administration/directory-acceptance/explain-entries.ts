import type { Entry } from '../../people/directory-entries/index.ts';
import type { Scope } from '../../scope.ts';
import { explainGroups } from './accept-groups.ts';
import { explainPeople } from './accept-people.ts';
import type { Source } from './source.ts';

/** @returns those who wait, with why */
export async function explainEntries(scope: Scope, source: Source, waiting: Entry[]): Promise<Entry[]> {
  const of = (kind: Entry['kind']) => waiting.filter((entry) => entry.kind === kind);
  return [...(await explainPeople(scope, source, of('person'))), ...(await explainGroups(scope, source, of('group')))];
}
