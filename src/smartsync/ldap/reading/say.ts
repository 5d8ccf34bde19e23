import type { Entry } from 'ldapts';
import { idFilter } from '../ids.ts';
import type { Session } from '../servers.ts';
import type { Batches } from './batches.ts';
import type { ReadBody } from './cursor.ts';
import { type Group, membersOf } from './members.ts';
import { askedAttributes, binaryAttributes, groupRecord, personRecord } from './records.ts';

/** One reading: what is asked, of whom, and where it goes. `onEntry` sees each person and group. */
export type Reading = { session: Session; body: ReadBody; out: Batches; onEntry?(entry: Entry): void };

const idsAtOnce = 50;

/** Whoever is a person is no group. */
const filters = ({ userFilter, groupFilter }: ReadBody) => ({
  people: wrapped(userFilter),
  groups: `(&${wrapped(groupFilter)}(!${wrapped(userFilter)}))`,
});

const wrapped = (filter: string): string => (filter.trim().startsWith('(') ? filter.trim() : `(${filter.trim()})`);

/** Every person and group below a name, then the members of these groups. Only names of groups are kept meanwhile. */
export async function sayAllBelow(reading: Reading, base: string): Promise<void> {
  const { people, groups } = filters(reading.body);
  await sayPeople(reading, base, people);
  await sayMembers(reading, await sayGroups(reading, base, groups));
}

/** Of these ids: who matches, in full; the others as gone. */
export async function sayThese(reading: Reading, ids: Set<string>): Promise<void> {
  const { session, body, out } = reading;
  const { people, groups } = filters(body);
  const all = [...ids];
  for (let at = 0; at < all.length; at += idsAtOnce) {
    const some = all.slice(at, at + idsAtOnce);
    const these = `(|${some.map((id) => idFilter(session.facts.kind, id)).join('')})`;
    const said = new Set<string>();
    await sayPeople(reading, session.base, `(&${these}${people})`, said);
    const found = await sayGroups(reading, session.base, `(&${these}${groups})`);
    for (const { id } of found) said.add(id);
    await sayMembers(reading, found);
    for (const id of some) if (!said.has(id)) await out.add({ type: 'gone', id });
  }
}

async function sayPeople({ session, body, out, onEntry }: Reading, base: string, filter: string, said?: Set<string>): Promise<void> {
  const { facts, connection } = session;
  const search = { filter, attributes: askedAttributes(facts, body.userAttributes), bytes: binaryAttributes(facts) };
  for await (const page of connection.pages(base, search))
    for (const entry of page) {
      onEntry?.(entry);
      const record = personRecord(facts, entry, body.userAttributes);
      if (record.type === 'person') said?.add(record.id);
      await out.add(record);
    }
}

async function sayGroups({ session, body, out, onEntry }: Reading, base: string, filter: string): Promise<Group[]> {
  const { facts, connection } = session;
  const search = { filter, attributes: askedAttributes(facts, body.groupAttributes), bytes: binaryAttributes(facts) };
  const groups: Group[] = [];
  for await (const page of connection.pages(base, search))
    for (const entry of page) {
      onEntry?.(entry);
      const record = groupRecord(facts, entry, body.groupAttributes);
      if (record.type === 'group') groups.push({ id: record.id, dn: record.dn });
      await out.add(record);
    }
  return groups;
}

async function sayMembers({ session, out }: Reading, groups: Group[]): Promise<void> {
  for (const group of groups) for await (const part of membersOf(session, group)) await out.add(part);
}
