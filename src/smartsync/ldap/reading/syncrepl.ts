import { BerReader, type Client, type Control, type SearchResponse } from 'ldapts';
import type { Connection } from '../connection.ts';
import { SyncDone, SyncRequest, SyncState } from '../controls.ts';
import { hasCode } from '../failure.ts';
import { encodeFilter } from '../filter.ts';
import { uuidOf } from '../ids.ts';

/** `ids`: what changed or is gone. `isComplete`: who is gone was named, rather than who is still there. */
export type Refresh = { ids: Set<string>; cookie: string; isComplete: boolean };

const intermediateResponse = 0x79;
const searchResultEntry = 0x64;
const syncIdSet = 0xa3;
/** e-syncRefreshRequired (RFC 4533 §4.1). */
const refreshRequired = 4096;

/** The message parser of ldapts, which throws at an intermediate response and keeps all entries until the end. */
type Parse = (messageId: number, operation: number, reader: BerReader, request?: { controls?: Control[] }) => SearchResponse;

/**
 * Asks what changed since a cookie (RFC 4533 refreshOnly); an empty one asks for all, of which only the cookie is kept.
 * @returns undefined where the directory cannot go on from there
 */
export async function refresh(connection: Connection, base: string, filter: string, cookie: string): Promise<Refresh | undefined> {
  const ids = new Set<string>();
  const state = new SyncState((_, id) => {
    if (cookie) ids.add(id);
  });
  const done = new SyncDone();
  const controls = [new SyncRequest(Buffer.from(cookie)), state, done];
  try {
    await connection.with((client) =>
      withoutEntries(client, ids, () => client.search(base, { filter: encodeFilter(filter), attributes: ['1.1'], timeLimit: 0 }, controls)),
    );
  } catch (error) {
    if (hasCode(error, refreshRequired)) return undefined;
    throw error;
  }
  // without changes there may be no new one
  const next = done.cookie ?? cookie;
  return next === '' ? undefined : { ids, cookie: next, isComplete: done.refreshDeletes };
}

/** Its parser for a while: entries are dropped once their controls are read, and sets of ids are understood. */
async function withoutEntries<T>(client: Client, ids: Set<string>, work: () => Promise<T>): Promise<T> {
  const parser = client['messageParser'] as unknown as { _getMessageFromProtocolOperation: Parse };
  const parse = parser._getMessageFromProtocolOperation;
  // of no request, so that nobody takes it
  const nothing = { messageId: -1, controls: [] } as unknown as SearchResponse;
  parser._getMessageFromProtocolOperation = (messageId, operation, reader, request) => {
    if (operation === intermediateResponse) {
      for (const id of deletedIds(reader)) ids.add(id);
      return nothing;
    }
    const message = parse.call(parser, messageId, operation, reader, request);
    return operation === searchResultEntry ? nothing : message;
  };
  try {
    return await work();
  } finally {
    parser._getMessageFromProtocolOperation = parse;
  }
}

/** Of a Sync Info Message (RFC 4533 §2.5): a set of ids that are gone. Sets of those that are there, and new cookies, say nothing to us. */
function* deletedIds(reader: BerReader): Generator<string> {
  let value: Buffer | null = null;
  while (reader.remain > 0) {
    const tag = reader.peek()!;
    if (tag === 0xa0) break;
    const content = reader.readString(tag, true);
    if (tag === 0x81) value = content;
  }
  if (value?.[0] !== syncIdSet) return;
  const info = new BerReader(value);
  info.readSequence(syncIdSet);
  if (info.peek() === 0x04) info.readString(0x04, true);
  const areDeleted = info.peek() === 0x01 ? info.readBoolean() : false;
  info.readSequence(0x31);
  while (areDeleted && info.remain > 0) yield uuidOf(info.readString(0x04, true)!);
}
