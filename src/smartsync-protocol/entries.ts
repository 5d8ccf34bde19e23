import { z } from 'zod';

/** objectGUID or entryUUID, as lower-case hexadecimal with hyphens (RFC 4122): it stays when an entry is moved or renamed. */
export const entryId = z.guid().toLowerCase();

/** A distinguished name as the directory writes it (RFC 4514). */
const dn = z.string().min(1).max(4096);

/** By attribute name in lower case. Values that are no text in UTF-8 are left out. */
const attributes = z.record(z.string().max(100), z.array(z.string().max(10_000)).max(100));

/** `isEnabled`: AD userAccountControl without ACCOUNTDISABLE; OpenLDAP without pwdAccountLockedTime 000001010000Z. `primaryGroup`: SID of AD's primaryGroupID, of which `member` says nothing. */
const personRecord = z.object({
  type: z.literal('person'),
  id: entryId,
  dn,
  attributes,
  isEnabled: z.boolean(),
  primaryGroup: z.string().max(200).optional(),
});

/** `sid`: of AD. Its members follow in records of their own. */
const groupRecord = z.object({ type: z.literal('group'), id: entryId, dn, attributes, sid: z.string().max(200).optional() });

/** A member by the most that the directory says: its id (AD extended DN), its DN, or its uid (posixGroup memberUid). */
const memberReference = z.union([z.object({ id: entryId }), z.object({ dn }), z.object({ uid: z.string().min(1).max(256) })]);

/** Part of a group's direct members. `isFirst`: those said before are not any more. A group without members has one empty part. */
const membersRecord = z.object({
  type: z.literal('members'),
  id: entryId,
  members: z.array(memberReference).max(2000),
  isFirst: z.boolean(),
});

/** Deleted there, moved out of the base, or no match of the filter any more. */
const goneRecord = z.object({ type: z.literal('gone'), id: entryId });

/** An entry that cannot be used, such as one without objectGUID: it is counted and named, and stops nothing. */
const unusableRecord = z.object({ type: z.literal('unusable'), dn: z.string().max(4096), reason: z.enum(['no-id', 'unreadable']) });

export const entryRecord = z.discriminatedUnion('type', [personRecord, groupRecord, membersRecord, goneRecord, unusableRecord]);
export type EntryRecord = z.output<typeof entryRecord>;
export type PersonRecord = z.output<typeof personRecord>;
export type GroupRecord = z.output<typeof groupRecord>;
export type MemberReference = z.output<typeof memberReference>;
