import type { Entry } from 'ldapts';
import { DirSync, ShowDeleted } from '../controls.ts';
import { bytesOf, textOf } from '../entry.ts';
import { generalizedTime } from '../facts.ts';
import { codeOf, isUnavailable } from '../failure.ts';
import { idAttribute, idOf } from '../find-entry.ts';
import { guidOf, idFilter } from '../ids.ts';
import { maySeeDeleted } from '../rights.ts';
import type { Session } from '../servers.ts';
import { type Changes, noteChange, structureAttributes } from './changes.ts';
import type { Cursor } from './cursor.ts';
import { binaryAttributes } from './records.ts';

const idsAtOnce = 50;
/** An id that nobody has. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** What AD says now of its clock, and of the controller that we speak to. */
async function readController({ connection, facts }: Session): Promise<{ time: string; usn: bigint; invocationId: string }> {
  const root = await connection.read('', ['currentTime', 'highestCommittedUSN']);
  const service = await connection.read(facts.serviceDn ?? '', ['invocationId'], ['invocationId']);
  const bytes = service && bytesOf(service, 'invocationId');
  return {
    time: timeText(generalizedTime(root && textOf(root, 'currentTime')) ?? new Date()),
    usn: BigInt((root && textOf(root, 'highestCommittedUSN')) ?? '0'),
    invocationId: bytes?.length === 16 ? guidOf(bytes) : '',
  };
}

export const timeText = (time: Date): string => time.toISOString().replace(/\D/g, '').slice(0, 14);

/** Where reading changes will begin, taken before everything is read. DirSync, where the right is there; else by the numbers of this controller. */
export async function beginAd(session: Session, before: Cursor['usn']): Promise<Partial<Cursor> & Pick<Cursor, 'way'>> {
  const { time, usn, invocationId } = await readController(session);
  const mark = { time, at: Date.now() };
  const cookie = await dirSync(session, Buffer.alloc(0), idFilter('active-directory', nobody), () => undefined);
  if (cookie) return { way: 'dirsync', mark, dirsync: cookie.toString('base64') };
  // of controllers that we do not speak to now, it is known what was read
  return { way: 'usn', mark, usn: { ...before, [invocationId]: String(usn) } };
}

/** Undefined where DirSync does not go on from there. */
export async function changesByDirSync(session: Session, cursor: Cursor): Promise<Changes | undefined> {
  const { facts, connection } = session;
  const { time } = await readController(session);
  const changes: Changes = { ids: new Set(), structures: [], next: { mark: { time, at: Date.now() } } };
  const cookie = await dirSync(session, Buffer.from(cursor.dirsync ?? '', 'base64'), '(objectClass=*)', (entry) => {
    const id = idOf(facts, entry);
    if (id) changes.ids.add(id);
  });
  if (!cookie) return undefined;
  changes.next.dirsync = cookie.toString('base64');
  // it names changed attributes only: what they are of is read by itself
  const all = [...changes.ids];
  for (let at = 0; at < all.length; at += idsAtOnce) {
    const ids = all.slice(at, at + idsAtOnce).map((id) => idFilter('active-directory', id));
    const search = {
      filter: `(|${ids.join('')})`,
      attributes: [idAttribute(facts), ...structureAttributes(facts)],
      bytes: binaryAttributes(facts),
    };
    for (const entry of await connection.search(facts.rootDn ?? session.base, search, [new ShowDeleted()]))
      noteChange(facts, entry, changes);
  }
  return changes;
}

/** @returns the next cookie, or undefined where it may not or cannot */
async function dirSync(
  { connection, facts }: Session,
  from: Buffer,
  filter: string,
  onEntry: (entry: Entry) => void,
): Promise<Buffer | undefined> {
  try {
    for (let cookie = from; ; ) {
      const control = new DirSync(cookie);
      const search = { filter, attributes: [], bytes: binaryAttributes(facts) };
      for (const entry of await connection.search(facts.rootDn ?? '', search, [control])) onEntry(entry);
      if (!control.hasMore) return control.next.length > 0 ? control.next : undefined;
      cookie = control.next;
    }
  } catch (error) {
    if (codeOf(error) === undefined || isUnavailable(error)) throw error;
    return undefined;
  }
}

/** By uSNChanged of this controller; undefined where nothing was read from it yet, or it was set back. `seesDeleted`: who left is among the changes. */
export async function changesByUsn(session: Session, cursor: Cursor): Promise<(Changes & { seesDeleted: boolean }) | undefined> {
  const { facts, connection } = session;
  const { time, usn, invocationId } = await readController(session);
  const last = cursor.usn?.[invocationId];
  if (!invocationId || last === undefined || BigInt(last) > usn) return undefined;
  const next = { mark: { time, at: Date.now() }, usn: { ...cursor.usn, [invocationId]: String(usn) } };
  const changes: Changes = { ids: new Set(), structures: [], next };
  const seesDeleted = await maySeeDeleted(session);
  const search = {
    filter: `(uSNChanged>=${BigInt(last) + 1n})`,
    attributes: [idAttribute(facts), ...structureAttributes(facts)],
    bytes: binaryAttributes(facts),
  };
  for await (const page of connection.pages(facts.rootDn ?? session.base, search, seesDeleted ? [new ShowDeleted()] : []))
    for (const entry of page) noteChange(facts, entry, changes);
  return { ...changes, seesDeleted };
}
