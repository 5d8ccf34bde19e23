import type { EntryRecord, GroupRecord, PersonRecord } from '../../src/smartsync-protocol/index.ts';
import type { ServedDirectory } from './agent-work.ts';

type Body = Parameters<ServedDirectory['read']>[0];

/** What a server knows of a directory by what an agent said: people and groups by id, members by the ids that their names had then. */
export type DirectoryState = {
  /** Reads on from where it was. @returns what the agent answered, and the records */
  sync(served: ServedDirectory): Promise<Awaited<ReturnType<ServedDirectory['read']>>>;
  entries(): Record<string, unknown>;
  find(name: string): (PersonRecord | GroupRecord) | undefined;
  members(name: string): string[];
  cursor: string | undefined;
};

export function followDirectory(body: Body): DirectoryState {
  const known = new Map<string, PersonRecord | GroupRecord>();
  const members = new Map<string, Set<string>>();
  const key = (dn: string) => dn.toLowerCase();
  const nameOf = (id: string) => known.get(id)?.attributes['cn']?.[0] ?? id;
  const state: DirectoryState = {
    cursor: undefined,
    async sync(served) {
      const reading = await served.read({ ...body, cursor: state.cursor });
      const { answer, entries } = reading;
      if (answer.outcome !== 'accepted') throw new Error(JSON.stringify(answer));
      state.cursor = answer.cursor;
      take(entries, answer.isWhole);
      return reading;
    },
    entries: () =>
      Object.fromEntries(
        [...known]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, entry]) => [id, { ...entry, members: [...(members.get(id) ?? [])].sort() }]),
      ),
    find: (name) => [...known.values()].find(({ attributes }) => attributes['cn']?.includes(name)),
    members: (name) => [...(members.get(state.find(name)?.id ?? '') ?? [])].map(nameOf).sort(),
  };
  function take(entries: EntryRecord[], isWhole: boolean): void {
    const said = new Set<string>();
    for (const entry of entries) {
      if (entry.type === 'person' || entry.type === 'group') {
        known.set(entry.id, entry);
        said.add(entry.id);
      } else if (entry.type === 'gone') known.delete(entry.id);
    }
    if (isWhole) for (const id of known.keys()) if (!said.has(id)) known.delete(id);
    const ids = new Map([...known.values()].map(({ id, dn }) => [key(dn), id]));
    for (const entry of entries) {
      if (entry.type !== 'members') continue;
      const all = entry.isFirst ? new Set<string>() : members.get(entry.id)!;
      for (const one of entry.members) {
        const id = 'id' in one ? one.id : 'dn' in one ? ids.get(key(one.dn)) : `uid ${one.uid}`;
        if (id && (known.has(id) || id.startsWith('uid '))) all.add(id);
      }
      members.set(entry.id, all);
    }
    for (const group of [...members.keys()]) if (!known.has(group)) members.delete(group);
    for (const all of members.values()) for (const id of all) if (!known.has(id) && !id.startsWith('uid ')) all.delete(id);
  }
  return state;
}
