import type { ReadAnswer } from '../../../smartsync-protocol/index.ts';
import { code, hasCode, Refused } from '../failure.ts';
import { checkFilter } from '../filter.ts';
import { idAttribute } from '../find-entry.ts';
import { maySeeDeleted } from '../rights.ts';
import type { Servers, Session } from '../servers.ts';
import type { Work } from '../work.ts';
import { beginAd, changesByDirSync, changesByUsn } from './ad-changes.ts';
import { Batches } from './batches.ts';
import { type Changes, sayChanges } from './changes.ts';
import { aboutOf, type Cursor, type ReadBody, readCursor } from './cursor.ts';
import { beginOpenLdap, changesBySync, changesByTime } from './openldap-changes.ts';
import { Presence } from './presence.ts';
import { binaryAttributes, createdAttribute } from './records.ts';
import { type Reading, sayAllBelow } from './say.ts';

/** Who is there is looked at each time while they are few, and otherwise every ten minutes. */
const fewPeople = 20_000;
const presenceEveryMs = 600_000;

/** What changed since the cursor, or everything. A server that falls in the middle lets the next one begin again. */
export async function read(servers: Servers, body: ReadBody, work: Work): Promise<ReadAnswer> {
  checkFilter(body.userFilter);
  checkFilter(body.groupFilter);
  return servers.use('reading', (session) => readBy(session, body, work), work.signal);
}

async function readBy(session: Session, body: ReadBody, work: Work): Promise<ReadAnswer> {
  await needBase(session);
  const out = new Batches(work.send);
  const reading: Reading = { session, body, out };
  const last = readCursor(body.cursor, session, body);
  const changed = last && (await readChanges(reading, last));
  const cursor = changed ?? (await readAll(reading, last));
  await out.flush();
  return {
    outcome: 'accepted',
    cursor: JSON.stringify(cursor),
    isWhole: !changed,
    way: changed ? cursor.way : 'full',
    people: out.people,
    groups: out.groups,
  };
}

async function needBase({ connection, base }: Session): Promise<void> {
  const entry = await connection.read(base, ['objectClass']).catch((error) => {
    if (hasCode(error, code.noSuchObject, code.invalidDnSyntax, code.referral)) return undefined;
    throw error;
  });
  if (!entry) throw new Refused('base-not-found', base);
}

/** Everything that matches. Where changes begin is known before the first entry is read, so that none falls between. */
async function readAll(reading: Reading, last: Cursor | undefined): Promise<Cursor> {
  const { session, body } = reading;
  const { kind } = session.facts;
  // one that named nobody who left the very first time never will
  const mayUseSync = last?.way !== 'timestamps' && last?.sync?.hasWorked !== false;
  const begin = kind === 'active-directory' ? await beginAd(session, last?.usn) : await beginOpenLdap(session, body, mayUseSync);
  const presence = (await needsPresence(session, begin.way)) ? new Presence(begin.mark!.time) : undefined;
  await sayAllBelow({ ...reading, onEntry: (entry) => presence?.add(session.facts, entry) }, session.base);
  return { version: 1, kind, about: aboutOf(session, body), wholeAt: Date.now(), ...begin, seen: presence?.seen() };
}

const needsPresence = async (session: Session, way: Cursor['way']): Promise<boolean> =>
  way === 'timestamps' || (way === 'usn' && !(await maySeeDeleted(session)));

/** Undefined where the directory cannot tell, and everything must be read. */
async function readChanges(reading: Reading, last: Cursor): Promise<Cursor | undefined> {
  const changes = await findChanges(reading, last);
  if (!changes) return undefined;
  const next: Cursor = { ...last, ...changes.next };
  if (await needsPresence(reading.session, last.way)) {
    const seen = last.seen && (await lookAround(reading, last.seen, next.mark!.time));
    if (!seen) return undefined;
    next.seen = seen;
  }
  return (await sayChanges(reading, changes, last.mark!.time)) ? next : undefined;
}

function findChanges({ session, body }: Reading, last: Cursor): Promise<Changes | undefined> {
  switch (last.way) {
    case 'dirsync':
      return changesByDirSync(session, last);
    case 'usn':
      return changesByUsn(session, last);
    case 'syncrepl':
      return changesBySync(session, body, last);
    case 'timestamps':
      return changesByTime(session, last);
  }
}

/** Only ids are read. @returns who is there now, or undefined when somebody left */
async function lookAround({ session, body }: Reading, seen: NonNullable<Cursor['seen']>, now: string): Promise<Cursor['seen']> {
  if (seen.count > fewPeople && Date.now() - seen.at < presenceEveryMs) return seen;
  const { facts, connection, base } = session;
  const [before, after] = [new Presence(seen.before), new Presence(now)];
  const search = {
    filter: `(|${body.userFilter}${body.groupFilter})`,
    attributes: [idAttribute(facts), createdAttribute(facts)],
    bytes: binaryAttributes(facts),
  };
  for await (const page of connection.pages(base, search))
    for (const entry of page) {
      before.add(facts, entry);
      after.add(facts, entry);
    }
  return before.equals(seen) ? after.seen() : undefined;
}
