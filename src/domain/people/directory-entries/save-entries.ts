import { jsonText } from '../../../platform/database/index.ts';
import { type CustomField, listCustomFields } from '../../company/custom-fields/index.ts';
import type { DirectoryId, Scope, Transaction } from '../../scope.ts';
import { attributesOf, type Directory } from '../directories/index.ts';
import { fullName, nameKey, searchKey } from '../users/index.ts';
import { describePerson } from './describe-person.ts';
import type { Entry } from './store.ts';

/** What is kept of an entry of a directory. `contentHash`: whatever tells the caller that nothing changed. `dnKey`: the DN as members are found by it. */
export type EntryContent = Pick<Entry, 'entryId' | 'kind' | 'dn' | 'attributes' | 'isEnabled'> & {
  dnKey: string;
  sid?: string;
  primaryGroup?: string;
  contentHash: string;
};

/** How the entry is called in lists: as the person would be here, else by what names it there, in at most 200 characters. */
export function nameEntry(entry: Pick<Entry, 'kind' | 'dn' | 'attributes'>, directory: Directory, fields: CustomField[]) {
  const { name, login } = namesOf(entry, directory, fields);
  return { name: name.slice(0, 200), login: login?.slice(0, 254) };
}

function namesOf(entry: Pick<Entry, 'kind' | 'dn' | 'attributes'>, directory: Directory, fields: CustomField[]) {
  const { attributes } = entry;
  const rdn = /^[^=]+=((?:\\.|[^,+\\])*)/.exec(entry.dn)?.[1]?.replace(/\\(.)/g, '$1') ?? entry.dn;
  if (entry.kind === 'group') return { name: (attributes.cn?.[0] ?? attributes.ou?.[0] ?? rdn).trim() || rdn, login: undefined };
  const { firstName = '', lastName = '', email, username } = describePerson(entry, directory, fields);
  const there = attributes[attributesOf(directory.kind, directory.settings).username.toLowerCase()]?.[0];
  return { name: fullName({ firstName, lastName }) || (attributes.cn?.[0] ?? rdn), login: email ?? username ?? there };
}

/**
 * New ones are pending; of those that are there everything but state, reason and links is as it is said now, and they are not gone any more. Whoever calls follows them
 * (administration/directory-acceptance).
 */
export async function saveEntries(scope: Transaction, directory: Directory, contents: EntryContent[]): Promise<void> {
  if (contents.length === 0) return;
  const fields = await listCustomFields(scope);
  const rows = contents.map((content) => {
    const { name, login } = nameEntry(content, directory, fields);
    return {
      entry_id: content.entryId,
      kind: content.kind,
      dn: content.dn,
      dn_key: content.dnKey,
      name,
      name_key: nameKey(name),
      search_key: searchKey([name, login, content.dn].filter(Boolean).join(' ')),
      login: login ?? null,
      attributes: content.attributes,
      is_enabled: content.isEnabled,
      sid: content.sid ?? null,
      primary_group: content.primaryGroup ?? null,
      content_hash: content.contentHash,
    };
  });
  const columns = Object.keys(rows[0]!);
  await scope.db.raw(
    `INSERT INTO directory_entries (context_id, directory_id, state, changed_at, created_at, ${columns.join(', ')})
     SELECT CAST(:contextId AS uuid), CAST(:directoryId AS uuid), 'pending', CAST(:now AS timestamptz), CAST(:now AS timestamptz), ${columns.join(', ')} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (entry_id uuid, kind text, dn text, dn_key text, name text,
       name_key text, search_key text, login text, attributes jsonb, is_enabled boolean, sid text, primary_group text, content_hash text)
     ON CONFLICT (context_id, directory_id, entry_id) DO UPDATE SET is_gone = false, changed_at = excluded.changed_at,
       ${columns
         .slice(1)
         .map((column) => `${column} = excluded.${column}`)
         .join(', ')}`,
    { contextId: scope.contextId, directoryId: directory.directoryId, now: scope.clock.now(), rows: jsonText(rows) },
  );
}

/** They are not in the directory any more, nor in what is read of it. */
export async function markGone(scope: Transaction, directoryId: DirectoryId, entryIds: string[]): Promise<void> {
  await scope.db.raw(
    `UPDATE directory_entries SET is_gone = true, changed_at = ?, content_hash = '' WHERE context_id = ? AND directory_id = ? AND entry_id = ANY(?::uuid[]) AND NOT is_gone`,
    [scope.clock.now(), scope.contextId, directoryId, entryIds],
  );
}

/** A direct member of a group: both are entries of the same directory. */
export type DirectMember = { groupEntryId: string; memberEntryId: string };

const pairs = ({ contextId }: Scope, directoryId: DirectoryId, members: DirectMember[]) => [
  contextId,
  directoryId,
  members.map((one) => one.groupEntryId),
  members.map((one) => one.memberEntryId),
];

/** Those whose entries there are; who is a member already is passed over. Whoever calls follows the groups. */
export async function addDirectMembers(scope: Transaction, directoryId: DirectoryId, members: DirectMember[]): Promise<void> {
  await scope.db.raw(
    `INSERT INTO directory_members (context_id, directory_id, group_entry_id, member_entry_id)
     SELECT g.context_id, g.directory_id, g.entry_id, m.entry_id FROM (SELECT ?::uuid AS context_id, ?::uuid AS directory_id, * FROM unnest(?::uuid[], ?::uuid[]) AS v (g, m)) v
     JOIN directory_entries g ON (g.context_id, g.directory_id, g.entry_id) = (v.context_id, v.directory_id, v.g)
     JOIN directory_entries m ON (m.context_id, m.directory_id, m.entry_id) = (v.context_id, v.directory_id, v.m)
     ON CONFLICT DO NOTHING`,
    pairs(scope, directoryId, members) as never,
  );
}

/** Whoever calls follows the groups. */
export async function removeDirectMembers(scope: Transaction, directoryId: DirectoryId, members: DirectMember[]): Promise<void> {
  await scope.db.raw(
    `DELETE FROM directory_members d USING (SELECT ?::uuid AS context_id, ?::uuid AS directory_id, * FROM unnest(?::uuid[], ?::uuid[]) AS v (g, m)) v
     WHERE (d.context_id, d.directory_id, d.group_entry_id, d.member_entry_id) = (v.context_id, v.directory_id, v.g, v.m)`,
    pairs(scope, directoryId, members) as never,
  );
}

/** For the planner of PostgreSQL, which takes tables to be as small as they were a minute ago. @param rows that came since */
export async function measureEntries({ db }: Transaction, rows: number): Promise<void> {
  const isSmall = async (table: string) =>
    (await db.raw<{ rows: unknown[] }>('SELECT 1 FROM pg_class WHERE oid = ?::regclass AND reltuples < ?', [table, rows / 2])).rows.length >
    0;
  if (await isSmall('directory_entries')) await db.raw('ANALYZE directory_entries');
  if (await isSmall('directory_members')) await db.raw('ANALYZE directory_members');
}
