import { createHash } from 'node:crypto';
import type { EntryRecord, GroupRecord, MemberReference, PersonRecord } from '../../../smartsync-protocol/index.ts';
import type { CustomField } from '../../company/custom-fields/index.ts';
import type { Directory } from '../../people/directories/index.ts';
import { describePerson, dnKey, nameEntry } from '../../people/directory-entries/index.ts';

/** An entry as it waits for the plan. `record` has what matters of it, and `name` and `login` as it would be called here. */
type StagedRow = {
  entry_id: string;
  kind: 'person' | 'group' | 'gone' | 'unusable';
  record: Record<string, unknown>;
  dn_key: string | null;
  content_hash: string | null;
};

/** Members of one group said in one batch. `isFirst`: whatever was said before is not any more. */
type StagedMembers = { isFirst: boolean; keys: Set<string> };

/** What a member is found by. */
const memberKey = (member: MemberReference): string =>
  'id' in member
    ? `id:${member.id}`
    : 'dn' in member
      ? `dn:${dnKey(member.dn)}`
      : `uid:${member.uid.toLowerCase().toWellFormed().replaceAll('\0', '')}`;

/** Says that the members of a group were said at all: a group may have none. */
const saidKey = '';

const sha256 = (value: unknown): Buffer => createHash('sha256').update(JSON.stringify(value)).digest();

/** One value of the directory for one entry that has no id, so that it is counted once however often it is read. */
const idOfDn = (dn: string): string => {
  const hex = sha256(dnKey(dn)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
};

/** The order in which a directory says attributes and their values means nothing (RFC 4511 §4.1.7). */
const ordered = (attributes: Record<string, string[]>) =>
  Object.keys(attributes)
    .sort()
    .map((name) => [name, [...attributes[name]!].sort()]);

/** Also what the mapping makes of it: after another mapping, everybody whom it concerns has changed. */
function stageEntry(entry: PersonRecord | GroupRecord, directory: Directory, fields: CustomField[]): StagedRow {
  const isPerson = entry.type === 'person';
  const content = {
    dn: entry.dn,
    attributes: entry.attributes,
    isEnabled: isPerson ? entry.isEnabled : true,
    sid: isPerson ? undefined : entry.sid,
    primaryGroup: isPerson ? entry.primaryGroup : undefined,
  };
  const { name, login } = nameEntry({ kind: entry.type, ...content }, directory, fields);
  const mapped = isPerson ? describePerson(entry, directory, fields) : undefined;
  const hash = sha256([content.dn, ordered(content.attributes), content.isEnabled, content.sid, content.primaryGroup, name, login, mapped]);
  return {
    entry_id: entry.id,
    kind: entry.type,
    record: { ...content, name, login },
    dn_key: dnKey(entry.dn),
    content_hash: hash.toString('base64url'),
  };
}

const mostAttributeBytes = 64 * 1024;
const isTooLarge = ({ attributes }: PersonRecord | GroupRecord): boolean =>
  Buffer.byteLength(JSON.stringify(attributes)) > mostAttributeBytes;

/** A batch by what it comes to: of an entry that is said twice the last counts. */
export function readBatch(records: EntryRecord[], directory: Directory, fields: CustomField[]) {
  const entries = new Map<string, StagedRow>();
  const members = new Map<string, StagedMembers>();
  const alone = { dn_key: null, content_hash: null };
  for (const record of records)
    if (record.type === 'members') {
      const before = record.isFirst ? undefined : members.get(record.id);
      const group = before ?? { isFirst: record.isFirst, keys: new Set([saidKey]) };
      for (const member of record.members) group.keys.add(memberKey(member));
      members.set(record.id, group);
    } else if (record.type === 'gone') entries.set(record.id, { entry_id: record.id, kind: 'gone', record: {}, ...alone });
    else if (record.type === 'unusable') {
      const entryId = idOfDn(record.dn);
      entries.set(entryId, { entry_id: entryId, kind: 'unusable', record: { dn: record.dn, reason: record.reason }, ...alone });
    } else if (isTooLarge(record))
      // by its own id: what is here of it stays as it is
      entries.set(record.id, { entry_id: record.id, kind: 'unusable', record: { dn: record.dn, reason: 'too-large' }, ...alone });
    else entries.set(record.id, stageEntry(record, directory, fields));
  return { entries: [...entries.values()], members };
}
