import type { Entry } from 'ldapts';
import type { EntryRecord, MemberReference } from '../../../smartsync-protocol/index.ts';
import { ExtendedDn } from '../controls.ts';
import { textsOf } from '../entry.ts';
import { code, hasCode } from '../failure.ts';
import { isUuid } from '../ids.ts';
import type { Session } from '../servers.ts';

/** So many values AD says at once (MaxValRange since Windows 2003), and one record holds. */
const range = 1500;
const mostBytes = 192 * 1024;
const mostDn = 4096;

export type Group = { id: string; dn: string };

/** All direct members of a group, in parts of at most `size`. A group that went away meanwhile has none to say: the next reading tells. */
export async function* membersOf(session: Session, { id, dn }: Group, size = range): AsyncGenerator<EntryRecord> {
  let part: MemberReference[] = [];
  let bytes = 0;
  let isFirst = true;
  const record = (): EntryRecord => {
    const said = { type: 'members' as const, id, members: part, isFirst };
    [part, bytes, isFirst] = [[], 0, false];
    return said;
  };
  try {
    const references = session.facts.kind === 'active-directory' ? inRanges(session, dn, size) : atOnce(session, dn);
    for await (const reference of references) {
      bytes += JSON.stringify(reference).length;
      part.push(reference);
      if (part.length >= size || bytes >= mostBytes) yield record();
    }
  } catch (error) {
    if (!hasCode(error, code.noSuchObject)) throw error;
    if (isFirst && part.length === 0) return;
  }
  if (isFirst || part.length > 0) yield record();
}

/** `member;range=…` ([MS-ADTS] 3.1.1.3.1.3.3), with ids in the names. */
async function* inRanges({ connection }: Session, dn: string, size: number): AsyncGenerator<MemberReference> {
  for (let from = 0; ; ) {
    const entry = await connection.read(dn, [`member;range=${from}-${from + size - 1}`], [], [new ExtendedDn()]);
    const found = entry && rangeOf(entry);
    for (const value of found?.values ?? []) {
      const reference = extendedReference(value);
      if (reference) yield reference;
    }
    if (!found || found.isLast) return;
    // a server may give less than was asked for
    from = found.next;
  }
}

function rangeOf(entry: Entry): { values: string[]; isLast: boolean; next: number } | undefined {
  for (const name of Object.keys(entry)) {
    const bounds = /^member(?:;range=\d+-(\d+|\*))?$/i.exec(name);
    const values = bounds ? textsOf(entry, name) : [];
    if (!bounds || values.length === 0) continue;
    return { values, isLast: bounds[1] === undefined || bounds[1] === '*', next: Number(bounds[1]) + 1 };
  }
  return undefined;
}

function extendedReference(value: string): MemberReference | undefined {
  const id = /<GUID=([\da-f-]+)>/i.exec(value)?.[1]?.toLowerCase();
  return id && isUuid(id) ? { id } : dnReference(value.replace(/^(?:<[^>]*>;)+/, ''));
}

/** groupOfNames has the empty name where nobody is (RFC 4519 §3.5 wants one); uniqueMember may end in a bit string (RFC 4517 §3.3.21). */
function dnReference(value: string): MemberReference | undefined {
  const dn = value.replace(/#'[01]*'B$/, '');
  return dn === '' || dn.length > mostDn ? undefined : { dn };
}

async function* atOnce({ connection }: Session, dn: string): AsyncGenerator<MemberReference> {
  const entry = await connection.read(dn, ['member', 'uniqueMember', 'memberUid']);
  if (!entry) return;
  for (const value of [...textsOf(entry, 'member'), ...textsOf(entry, 'uniqueMember')]) {
    const reference = dnReference(value);
    if (reference) yield reference;
  }
  for (const uid of textsOf(entry, 'memberUid')) if (uid !== '' && uid.length <= 256) yield { uid };
}
