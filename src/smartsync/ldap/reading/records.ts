import type { Entry } from 'ldapts';
import type { EntryRecord, GroupRecord, PersonRecord } from '../../../smartsync-protocol/index.ts';
import { lockedForEver } from '../bind-refusal.ts';
import { asText, bytesOf, textOf, textsOf } from '../entry.ts';
import type { Facts } from '../facts.ts';
import { idAttribute, idOf } from '../find-entry.ts';
import { guidOf, sidOf } from '../ids.ts';
import { isDisabledInAd } from '../set-enabled.ts';

type Kind = Pick<Facts, 'kind'>;

/** Bounds of the wire (entries.ts of the protocol), and of one record, far below a message. */
const mostDn = 4096;
const mostName = 100;
const mostValue = 10_000;
const mostValues = 100;
const mostRecord = 128 * 1024;

/** When an entry was made, by the directory's clock. */
export const createdAttribute = ({ kind }: Kind): string => (kind === 'active-directory' ? 'whenCreated' : 'createTimestamp');

/** What is read of each entry, whatever is asked for: names that are ours first, since a server answers with the case that it was asked with. */
export function askedAttributes(facts: Kind, wanted: string[]): string[] {
  const own = facts.kind === 'active-directory' ? ['objectSid', 'userAccountControl', 'primaryGroupID'] : ['pwdAccountLockedTime'];
  const first = [idAttribute(facts), createdAttribute(facts), ...own];
  const known = new Set(first.map((name) => name.toLowerCase()));
  return [...first, ...wanted.filter((name) => !known.has(name.toLowerCase()))];
}

/** Attributes that are no text. */
export const binaryAttributes = ({ kind }: Kind): string[] => (kind === 'active-directory' ? ['objectGUID', 'objectSid'] : []);

/** Secrets, should the account be allowed to read them. */
const secret =
  /^(userpassword|unicodepwd|pwdhistory|pwdfailuretime|dbcspwd|ntpwdhistory|lmpwdhistory|supplementalcredentials|ms-mcs-admpwd.*|mslaps-.*|authpassword|krbprincipalkey|sambantpassword|sambalmpassword)$/;

/** By lower-case name; values that are no text, or longer than the wire takes, are left out. */
function attributesOf(entry: Entry, wanted: string[] | 'all'): Record<string, string[]> {
  const names = wanted === 'all' ? undefined : new Set(wanted.map((name) => name.toLowerCase()));
  let room = mostRecord;
  const kept = Object.entries(entry).flatMap(([name, value]): [string, string[]][] => {
    const key = name.toLowerCase();
    if (key === 'dn' || key.length > mostName || secret.test(key) || (names && !names.has(key))) return [];
    const texts = [value].flat().flatMap((one) => readable(key, one) ?? []);
    const values = texts.filter((text) => {
      if (text.length > mostValue || text.length > room) return false;
      room -= text.length;
      return true;
    });
    return values.length > 0 ? [[key, values.slice(0, mostValues)]] : [];
  });
  return Object.fromEntries(kept);
}

function readable(name: string, value: string | Buffer): string | undefined {
  if (typeof value === 'string') return value;
  if (name === 'objectguid') return value.length === 16 ? guidOf(value) : undefined;
  if (name === 'objectsid') return sidOf(value);
  return asText(value);
}

const unusable = (dn: string, reason: 'no-id' | 'unreadable'): EntryRecord => ({ type: 'unusable', dn: dn.slice(0, mostDn), reason });

const sid = (entry: Entry): string | undefined => {
  const bytes = bytesOf(entry, 'objectSid');
  return bytes && sidOf(bytes);
};

export function personRecord(facts: Kind, entry: Entry, wanted: string[] | 'all'): PersonRecord | EntryRecord {
  const id = idOf(facts, entry);
  if (!id) return unusable(entry.dn, 'no-id');
  if (!entry.dn || entry.dn.length > mostDn) return unusable(entry.dn, 'unreadable');
  const isAd = facts.kind === 'active-directory';
  const primary = textOf(entry, 'primaryGroupID');
  return {
    type: 'person',
    id,
    dn: entry.dn,
    attributes: attributesOf(entry, wanted),
    isEnabled: isAd
      ? !isDisabledInAd(textOf(entry, 'userAccountControl'))
      : !textsOf(entry, 'pwdAccountLockedTime').includes(lockedForEver),
    primaryGroup: primary && sid(entry)?.replace(/-\d+$/, `-${primary}`),
  };
}

export function groupRecord(facts: Kind, entry: Entry, wanted: string[]): GroupRecord | EntryRecord {
  const id = idOf(facts, entry);
  if (!id) return unusable(entry.dn, 'no-id');
  if (!entry.dn || entry.dn.length > mostDn) return unusable(entry.dn, 'unreadable');
  return { type: 'group', id, dn: entry.dn, attributes: attributesOf(entry, wanted), sid: sid(entry) };
}
