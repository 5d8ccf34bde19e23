import { type Entry, findEntriesOfGroups } from '../../people/directory-entries/index.ts';
import { findGroupsByName, type Group } from '../../people/groups/index.ts';
import { nameKey } from '../../people/users/index.ts';
import type { GroupId, Scope } from '../../scope.ts';
import type { Source } from './source.ts';

const longest = 100;

/** As the directory calls it; where a group of a directory has that name already, with the directory behind. */
const namesFor = ({ name }: Entry, { directory }: Source): string[] =>
  name.trim() === '' ? [] : [name, `${name} (${directory.name})`].filter((one) => one.length <= longest);

/** What groups of a directory can be called here, as long as the caller notes what it names. */
export class GroupNames {
  readonly #source: Source;
  readonly #owners: Map<string, Group>;
  readonly #imported: Set<GroupId>;

  constructor(source: Source, owners: Map<string, Group>, imported: Iterable<GroupId>) {
    this.#source = source;
    this.#owners = owners;
    this.#imported = new Set(imported);
  }

  /** @param own the group that it is already */
  isNamed(entry: Entry, own: Group): boolean {
    return namesFor(entry, this.#source).some((name) => name.trim() === own.name);
  }

  /** `conflict`: a group made here has the name, which an administrator links or renames, or two of directories have. @param own the group that it is already */
  find(entry: Entry, own?: Group): { name: string } | { reason: 'no-name' | 'invalid-name' | 'conflict' } {
    const names = namesFor(entry, this.#source);
    if (names.length === 0) return { reason: entry.name.trim() === '' ? 'no-name' : 'invalid-name' };
    for (const name of names) {
      const owner = this.#owners.get(nameKey(name));
      if (!owner || owner.groupId === own?.groupId) return { name };
      if (!this.#imported.has(owner.groupId)) break;
    }
    return { reason: 'conflict' };
  }

  note(group: Group): void {
    this.#owners.set(nameKey(group.name), group);
    this.#imported.add(group.groupId);
  }
}

export async function loadGroupNames(scope: Scope, source: Source, entries: Entry[]): Promise<GroupNames> {
  const owners = await findGroupsByName(
    scope,
    entries.flatMap((entry) => namesFor(entry, source)),
  );
  const ids = [...owners.values()].map(({ groupId }) => groupId);
  return new GroupNames(source, owners, (await findEntriesOfGroups(scope, ids)).keys());
}
