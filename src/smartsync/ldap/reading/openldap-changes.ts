import { SyncRequest } from '../controls.ts';
import { textOf, textsOf } from '../entry.ts';
import { generalizedTime } from '../facts.ts';
import { code, hasCode } from '../failure.ts';
import { idAttribute } from '../find-entry.ts';
import type { Session } from '../servers.ts';
import { timeText } from './ad-changes.ts';
import { type Changes, noteChange, structureAttributes, treeOf } from './changes.ts';
import type { Cursor, Mark, ReadBody } from './cursor.ts';
import { refresh } from './syncrepl.ts';

/** After so long, nothing more comes with a time that is past; until then, what was written side by side is looked at again. */
const settledMs = 30_000;
const overlapMs = 5000;

/**
 * The time of the last change, by the directory's clock, which it does not tell otherwise.
 * @param way only where syncrepl is served, contextCSN tells it: elsewhere that may be left from before
 * @param last where it was before
 */
async function readMark({ connection, ...session }: Session, way: Cursor['way'], last?: Mark): Promise<Mark> {
  const tree = treeOf({ connection, ...session });
  let time = last?.time ?? '';
  const suffix = way === 'syncrepl' ? await connection.read(tree, ['contextCSN']).catch(() => undefined) : undefined;
  const contextTimes = suffix ? textsOf(suffix, 'contextCSN').map((csn) => csn.slice(0, 14)) : [];
  if (contextTimes.length > 0) time = [...contextTimes, time].sort().at(-1)!;
  else {
    const filter = last ? `(modifyTimestamp>=${last.time}Z)` : '(objectClass=*)';
    for await (const page of connection.pages(tree, { filter, attributes: ['modifyTimestamp'] }))
      for (const entry of page) {
        const text = textOf(entry, 'modifyTimestamp')?.slice(0, 14) ?? '';
        if (text > time) time = text;
      }
  }
  return last && last.time === time ? last : { time, at: Date.now() };
}

/** Where reading changes will begin, taken before everything is read. */
export async function beginOpenLdap(session: Session, body: ReadBody, mayUseSync: boolean): Promise<Partial<Cursor> & Pick<Cursor, 'way'>> {
  if (mayUseSync && session.facts.extensions.has(SyncRequest.type)) {
    const [people, groups] = [await trySync(session, body.userFilter, ''), await trySync(session, body.groupFilter, '')];
    const sync = people && groups && { people: people.cookie, groups: groups.cookie, hasWorked: false };
    if (sync) return { way: 'syncrepl', mark: await readMark(session, 'syncrepl'), sync };
  }
  return { way: 'timestamps', mark: await readMark(session, 'timestamps') };
}

const trySync = ({ connection, base }: Session, filter: string, cookie: string) =>
  refresh(connection, base, filter, cookie).catch((error) => {
    if (!hasCode(error, code.unavailableCriticalExtension, code.unwillingToPerform, code.insufficientAccessRights)) throw error;
    return undefined;
  });

/** Undefined where the directory says who is there rather than who left: only a whole reading tells then. */
export async function changesBySync(session: Session, body: ReadBody, cursor: Cursor): Promise<Changes | undefined> {
  const since = await changesByTime(session, cursor);
  const { people, groups } = cursor.sync!;
  const [ofPeople, ofGroups] = [await trySync(session, body.userFilter, people), await trySync(session, body.groupFilter, groups)];
  if (!ofPeople?.isComplete || !ofGroups?.isComplete) return undefined;
  const hasWorked = cursor.sync!.hasWorked || ofPeople.cookie !== people;
  return {
    ids: new Set([...ofPeople.ids, ...ofGroups.ids]),
    structures: since.structures,
    next: { ...since.next, sync: { people: ofPeople.cookie, groups: ofGroups.cookie, hasWorked } },
  };
}

/** By modifyTimestamp. Who left is not among them. */
export async function changesByTime(session: Session, cursor: Cursor): Promise<Changes> {
  const { facts, connection } = session;
  const last = cursor.mark!;
  // taken first: what is written from here on is of the next reading
  const mark = await readMark(session, cursor.way, last);
  const changes: Changes = { ids: new Set(), structures: [], next: { mark } };
  const time = generalizedTime(`${last.time}Z`) ?? new Date(0);
  const filter =
    Date.now() - last.at > settledMs
      ? `(&(modifyTimestamp>=${last.time}Z)(!(modifyTimestamp=${last.time}Z)))`
      : `(modifyTimestamp>=${timeText(new Date(time.getTime() - overlapMs))}Z)`;
  const attributes = [idAttribute(facts), ...structureAttributes(facts)];
  for await (const page of connection.pages(treeOf(session), { filter, attributes }))
    for (const entry of page) noteChange(facts, entry, changes);
  return changes;
}
