import type { Entry } from 'ldapts';
import type { SearchFilter } from '../../../smartsync-protocol/index.ts';
import { isWithin, nameKey } from '../dn.ts';
import { textOf, textsOf } from '../entry.ts';
import type { Facts } from '../facts.ts';
import { checkFilter } from '../filter.ts';
import { idOf } from '../find-entry.ts';
import type { Session } from '../servers.ts';
import type { Cursor, ReadBody } from './cursor.ts';
import { createdAttribute } from './records.ts';
import { type Reading, sayAllBelow, sayThese } from './say.ts';

/** An entry that others hang on: a container by whose name they are called, or a group that a filter may ask for. */
type Structure = { dn: string; created: string; isContainer: boolean; isGroup: boolean; isDeleted: boolean };

/** What a directory says has changed: ids, of whatever; and where the next reading goes on. */
export type Changes = { ids: Set<string>; structures: Structure[]; next: Partial<Cursor> };

const containerClasses = ['organizationalunit', 'container', 'organization', 'locality', 'country', 'domain', 'builtindomain'];
const groupClasses = ['group', 'groupofnames', 'groupofuniquenames', 'groupofentries', 'posixgroup', 'groupofmembers', 'groupofurls'];

/** What must be read of an entry for `noteChange`. */
export const structureAttributes = (facts: Facts): string[] => [
  createdAttribute(facts),
  'objectClass',
  ...(facts.kind === 'active-directory' ? ['isDeleted'] : ['hasSubordinates']),
];

export function noteChange(facts: Facts, entry: Entry, changes: Changes): void {
  const id = idOf(facts, entry);
  if (id) changes.ids.add(id);
  const classes = textsOf(entry, 'objectClass').map((name) => name.toLowerCase());
  const isContainer = textOf(entry, 'hasSubordinates') === 'TRUE' || classes.some((name) => containerClasses.includes(name));
  const isGroup = classes.some((name) => groupClasses.includes(name));
  if (!isContainer && !isGroup) return;
  const created = textOf(entry, createdAttribute(facts))?.slice(0, 14) ?? '';
  changes.structures.push({ dn: entry.dn, created, isContainer, isGroup, isDeleted: textOf(entry, 'isDeleted') === 'TRUE' });
}

/** memberOf of people changes with the group, and no change of the person says so. */
function asksForGroup({ userFilter, groupFilter }: ReadBody, { dn, isDeleted }: Structure): boolean {
  const asked = [userFilter, groupFilter].flatMap((filter) => itemsOf(checkFilter(filter))).filter(isAboutGroups);
  return asked.some((item) => isDeleted || item.type !== '=' || isSameName(item.value.toString(), dn));
}

type Item = Exclude<SearchFilter, { filters: unknown }>;
const itemsOf = (filter: SearchFilter): Item[] => ('filters' in filter ? filter.filters.flatMap(itemsOf) : [filter]);
const isAboutGroups = ({ attribute }: Item): boolean => attribute?.toLowerCase() === 'memberof';

function isSameName(asked: string, dn: string): boolean {
  try {
    return nameKey(asked) === nameKey(dn);
  } catch {
    return true;
  }
}

/**
 * Says what changed: each entry in full, or as gone; and everything below a container that was renamed or moved, since nothing is said of what is called by it.
 * @param since the directory's time of the last reading (YYYYMMDDHHMMSS)
 * @returns false where only a whole reading tells: a group that a filter asks for changed, or a container outside of the base that may have been inside
 */
export async function sayChanges(reading: Reading, changes: Changes, since: string): Promise<boolean> {
  const { session, body } = reading;
  if (changes.structures.some((one) => one.isGroup && asksForGroup(body, one))) return false;
  const moved = changes.structures.filter(({ isContainer, isDeleted, created }) => isContainer && !isDeleted && created <= since);
  const tops = topsWithin(
    session.base,
    moved.map(({ dn }) => dn),
  );
  if (!tops) return false;
  await sayThese(reading, changes.ids);
  for (const dn of tops) await sayAllBelow(reading, dn);
  return true;
}

/** The uppermost of these containers below the base; undefined when one is beside it, or has a name that cannot be read. */
function topsWithin(base: string, dns: string[]): string[] | undefined {
  try {
    const others = dns.filter((dn) => !isWithin(base, dn));
    if (others.some((dn) => !isWithin(dn, base))) return undefined;
    return others.filter((dn) => !others.some((other) => other !== dn && isWithin(dn, other)));
  } catch {
    return undefined;
  }
}

/** Where changes of containers and groups are looked for: the whole of the directory, where it can be seen. */
export const treeOf = ({ facts, base }: Session): string => (facts.rootDn && isWithin(base, facts.rootDn) ? facts.rootDn : base);
