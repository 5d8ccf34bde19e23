import { createHmac } from 'node:crypto';
import { dayIn } from '../../../platform/clock/index.ts';
import { type KeyRing, safeEqual } from '../../../platform/crypto/index.ts';
import { inTransaction, type Scope, type Transaction, useCase } from '../../scope.ts';
import { canonicalEvent, nextHash, noHash } from './chain.ts';
import { noteLastSignIns } from './last-sign-ins.ts';
import type { EventRow } from './read-events.ts';

/** The end of a company's chain, and where it begins: the hash of the last event that was deleted for its age. */
export type ChainHead = { seq: number; hash: Buffer; anchorSeq: number; anchorHash: Buffer };

const step = 2000;

/** Under the master key, which is not in the store: whoever can write there can compute hashes, not this. */
const macs = (keyRing: KeyRing, { contextId }: Scope, { seq, hash, anchorSeq, anchorHash }: ChainHead): string[] =>
  keyRing.derive('audit-chain').map((key) =>
    createHmac('sha256', key)
      .update(JSON.stringify([contextId, seq, hash.toString('hex'), anchorSeq, anchorHash.toString('hex')]))
      .digest('base64url'),
  );

export const isOwnHead = (keyRing: KeyRing, scope: Scope, head: ChainHead, mac: string): boolean =>
  macs(keyRing, scope, head).some((one) => safeEqual(one, mac));

/** Whether the end of the company's chain is authenticated under the current master key. */
export async function hasCurrentMac(scope: Scope): Promise<boolean> {
  const head = await findHead(scope);
  return !head || safeEqual(macs(scope.keyRing, scope, head)[0]!, head.mac);
}

/** Authenticates the end of the chain under the current master key. One that is not ours under any key stays as it is. @returns whether it was under another */
export const renewMac = useCase(async (scope): Promise<boolean> => {
  const head = await lockHead(scope);
  const mac = head && macs(scope.keyRing, scope, head)[0]!;
  if (!head || !mac || mac === head.mac || !isOwnHead(scope.keyRing, scope, head, head.mac)) return false;
  await scope.db('audit_chains').where('context_id', scope.contextId).update({ mac });
  return true;
});

type KeptHead = ChainHead & { mac: string; sealedAt: Date };

const chainRow = ({ db, contextId }: Scope) => db('audit_chains').where('context_id', contextId).first();

const headFrom = (row: Awaited<ReturnType<typeof chainRow>>): KeptHead | undefined =>
  row && {
    seq: row.seq,
    hash: row.hash,
    anchorSeq: row.anchor_seq,
    anchorHash: row.anchor_hash,
    mac: row.mac,
    sealedAt: row.sealed_at,
  };

/** @returns undefined before the first seal */
export const findHead = async (scope: Scope): Promise<KeptHead | undefined> => headFrom(await chainRow(scope));

/** The same, and whoever else extends or cuts the chain waits until the transaction ends. */
export const lockHead = async (scope: Transaction): Promise<KeptHead | undefined> => headFrom(await chainRow(scope).forUpdate());

export async function saveHead(scope: Transaction, head: ChainHead): Promise<void> {
  const columns = {
    seq: head.seq,
    hash: head.hash,
    anchor_seq: head.anchorSeq,
    anchor_hash: head.anchorHash,
    mac: macs(scope.keyRing, scope, head)[0]!,
    sealed_at: scope.clock.now(),
  };
  await scope
    .db('audit_chains')
    .insert({ context_id: scope.contextId, ...columns })
    .onConflict('context_id')
    .merge();
}

/** The beginning of a company's chain, when the company is made: where a head is missing, somebody removed it. */
export const startChain = (scope: Transaction): Promise<void> =>
  saveHead(scope, { seq: 0, hash: noHash, anchorSeq: 0, anchorHash: noHash });

/** The chain was changed by somebody without the master key: what is added to it would vouch for that. */
export class BrokenChain extends Error {}

/** The head to go on from, held until the transaction ends. @throws BrokenChain when it is missing, not authenticated by us, not the last event's, or not the end */
export async function lockOwnHead(scope: Transaction): Promise<ChainHead> {
  const head = await lockHead(scope);
  if (!head || !isOwnHead(scope.keyRing, scope, head, head.mac))
    throw new BrokenChain(`the audit chain of ${scope.contextId} is not as it was left: run "portaria audit verify"`);
  const events = () => scope.db('audit_events').where('context_id', scope.contextId);
  if (await events().where('seal_seq', '>', head.seq).first('event_id'))
    throw new BrokenChain(`beyond the end of the audit chain of ${scope.contextId} lies an event: run "portaria audit verify"`);
  if (head.seq > head.anchorSeq) {
    const last = await events().where('seal_seq', head.seq).first('seal_hash');
    if (!last?.seal_hash?.equals(head.hash))
      throw new BrokenChain(`event ${head.seq} of the audit chain of ${scope.contextId} was changed`);
  }
  return head;
}

/**
 * Gives what was recorded since its place in the company's chain, in the order in which it is found: writers never wait for one another, and what a slow transaction
 * brings late gets a later place. Counts the events of each day on the way.
 * @param timeZone whose days are counted
 * @throws BrokenChain
 */
export async function sealEvents(scope: Scope, timeZone: string): Promise<number> {
  for (let sealed = 0; ; ) {
    const count = await inTransaction(scope, (inside) => sealSome(inside, timeZone));
    sealed += count;
    if (count < step) return sealed;
  }
}

async function sealSome(scope: Transaction, timeZone: string): Promise<number> {
  const { db, contextId } = scope;
  if (!(await db('audit_events').where({ context_id: contextId, seal_seq: null }).first('event_id'))) return 0;
  const head = await lockOwnHead(scope);
  const rows = await db('audit_events')
    .where({ context_id: contextId, seal_seq: null })
    .orderBy('event_id')
    .limit(step)
    .select<EventRow[]>('*');
  const hashes: Buffer[] = [];
  for (const [i, row] of rows.entries()) hashes.push(nextHash(hashes[i - 1] ?? head.hash, head.seq + i + 1, canonicalEvent(row)));
  await db.raw(
    `UPDATE audit_events e SET seal_seq = v.seq, seal_hash = v.hash FROM unnest(?::uuid[], ?::bigint[], ?::bytea[]) AS v (event_id, seq, hash)
     WHERE e.context_id = ? AND e.event_id = v.event_id`,
    [rows.map((row) => row.event_id), rows.map((_, i) => head.seq + i + 1), hashes, contextId] as never,
  );
  await countByDay(scope, rows, timeZone);
  await noteLastSignIns(scope, rows);
  if (rows.length > 0) await saveHead(scope, { ...head, seq: head.seq + rows.length, hash: hashes.at(-1)! });
  return rows.length;
}

async function countByDay({ db, contextId }: Transaction, rows: EventRow[], timeZone: string): Promise<void> {
  const counts = new Map<string, number>();
  for (const { at, type, outcome, details } of rows) {
    const key = [dayIn(timeZone, at), type, outcome].join(' ');
    // an event that stands for many: the first of them was one of its own
    const { times } = details;
    counts.set(key, (counts.get(key) ?? 0) + (typeof times === 'number' && times > 1 ? times - 1 : 1));
  }
  for (const [key, n] of counts) {
    const [day, type, outcome] = key.split(' ');
    await db.raw(
      `INSERT INTO audit_daily_counts AS c (context_id, day, type, outcome, n) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (context_id, day, type, outcome) DO UPDATE SET n = c.n + excluded.n`,
      [contextId, day, type, outcome, n] as never,
    );
  }
}

/** How often each thing happened on each day. @param from YYYY-MM-DD */
export async function listDailyCounts(
  { db, contextId }: Scope,
  types: string[],
  from: string,
): Promise<{ day: string; type: string; outcome: string; n: number }[]> {
  return db('audit_daily_counts')
    .where('context_id', contextId)
    .whereIn('type', types)
    .where('day', '>=', from)
    .orderBy('day')
    .select('day', 'type', 'outcome', 'n');
}
