import { inSnapshot, type Scope } from '../../scope.ts';
import { canonicalEvent, nextHash } from './chain.ts';
import { listSealed } from './list-events.ts';
import { findLiving, findPersonKeys, openData } from './personal.ts';
import type { EventRow } from './read-events.ts';
import { type ChainHead, findHead, isOwnHead } from './seal-events.ts';

/**
 * `changed`: the event at this place is not the one that was sealed. `missing`: it is gone. `added`: it lies beyond the chain's end. `head`: the chain as a whole was
 * rewritten, or cut, by somebody without the master key. `hidden`: what it says of a person cannot be read, and that person was not deleted.
 */
export type Breach = { at: number; what: 'changed' | 'missing' | 'added' | 'head' | 'hidden'; eventId?: string };

export type Verification = {
  /** Events whose seals were recomputed. */
  sealed: number;
  firstSeq: number;
  head?: { seq: number; hash: string; sealedAt: Date };
  /** From before a chain that was restarted: sealed once, vouched for by nothing. */
  before: number;
  /** Recorded and not sealed yet. */
  tail: { events: number; oldest?: Date };
  /** The head that was kept elsewhere lies before the chain's beginning: nothing can be said of it. */
  isKnownTooOld?: boolean;
  breach?: Breach;
};

const step = 5000;

/** A head that somebody kept elsewhere: a chain that does not hold it any more was cut back, with its own earlier head. */
export type KnownHead = { seq: number; hash: string };

/** Recomputes a company's chain from its beginning, as it was at one moment. */
export const verifyChain = (scope: Scope, known?: KnownHead): Promise<Verification> => inSnapshot(scope, (inside) => verify(inside, known));

async function verify(scope: Scope, known?: KnownHead): Promise<Verification> {
  const { db, contextId } = scope;
  const head = await findHead(scope);
  const events = () => db('audit_events').where('context_id', contextId);
  const [before] = await events()
    .where('seal_seq', '<=', head?.anchorSeq ?? 0)
    .count({ events: '*' });
  const [tail] = await events().whereNull('seal_seq').count({ events: '*' }).min({ oldest: 'at' });
  const result: Verification = {
    sealed: 0,
    before: Number(before!.events),
    firstSeq: (head?.anchorSeq ?? 0) + 1,
    head: head && { seq: head.seq, hash: head.hash.toString('hex'), sealedAt: head.sealedAt },
    tail: { events: Number(tail!.events), oldest: tail!.oldest ?? undefined },
    isKnownTooOld: known && head && known.seq < head.anchorSeq ? true : undefined,
  };
  // a company begins with a head
  if (!head) return { ...result, breach: { at: 0, what: 'head' } };
  if (!isOwnHead(scope.keyRing, scope, head, head.mac)) return { ...result, breach: { at: head.seq, what: 'head' } };
  const { sealed, breach } = await recompute(scope, head, known);
  if (breach?.what !== 'hidden' && breach) return { ...result, sealed, breach };
  const beyond = await events().where('seal_seq', '>', head.seq).orderBy('seal_seq').first('event_id', 'seal_seq');
  if (beyond) return { ...result, sealed, breach: { at: beyond.seal_seq!, what: 'added', eventId: beyond.event_id } };
  return breach ? { ...result, sealed, breach } : { ...result, sealed };
}

/** @returns the first break in the hashes; where they hold, the first event whose words are hidden */
async function recompute(scope: Scope, head: ChainHead, known?: KnownHead): Promise<{ sealed: number; breach?: Breach }> {
  let [seq, hash, sealed] = [head.anchorSeq, head.anchorHash, 0];
  let hidden: Breach | undefined;
  const isOther = (): boolean => seq === known?.seq && hash.toString('hex') !== known.hash;
  if (isOther()) return { sealed, breach: { at: seq, what: 'changed' } };
  for (;;) {
    scope.stop?.throwIfAborted();
    const rows = await listSealed(scope, seq, head.seq, step);
    const isHidden = await hiddenAmong(scope, rows, head.anchorSeq);
    for (const row of rows) {
      const at = row.seal_seq!;
      if (at !== seq + 1) return { sealed, breach: { at: seq + 1, what: 'missing' } };
      const next = nextHash(hash, at, canonicalEvent(row));
      const changed: Breach = { at, what: 'changed', eventId: row.event_id };
      if (!row.seal_hash?.equals(next)) return { sealed, breach: changed };
      [seq, hash] = [at, next];
      if (isOther()) return { sealed, breach: changed };
      if (!hidden && isHidden(row)) hidden = { at, what: 'hidden', eventId: row.event_id };
      sealed += 1;
    }
    if (rows.length < step) break;
  }
  if (seq < Math.max(head.seq, known?.seq ?? 0)) return { sealed, breach: { at: seq + 1, what: 'missing' } };
  return hash.equals(head.hash) ? { sealed, breach: hidden } : { sealed, breach: { at: head.seq, what: 'changed' } };
}

/**
 * A person's data in the audit end with the person, whose key goes with the account and whose deletion is an event. A key that was thrown away without one, or exchanged,
 * hides what somebody did and leaves every hash as it was.
 */
async function hiddenAmong(scope: Scope, rows: EventRow[], anchorSeq: number): Promise<(row: EventRow) => boolean> {
  const { db, contextId } = scope;
  const people = rows.flatMap((row) => [row.actor_sealed && row.actor_id, row.subject_sealed && row.subject_id]);
  const ids = [...new Set(people.filter((id) => id !== null))];
  const keys = await findPersonKeys(scope, ids);
  const keyless = ids.filter((id) => !keys.has(id));
  const deletions = await db('audit_events')
    .where({ context_id: contextId, type: 'user.deleted', outcome: 'success' })
    .where((or) => or.whereNull('seal_seq').orWhere('seal_seq', '>', anchorSeq))
    .whereIn('subject_id', keyless)
    .pluck('subject_id');
  const alive = await findLiving(scope, keyless);
  const deleted = new Set(deletions.filter((id) => id !== null && !alive.has(id)));
  const hides = (row: EventRow, part: 'actor' | 'subject', id: string | null, sealed: Buffer | null): boolean => {
    if (!id || !sealed) return false;
    const key = keys.get(id);
    return key ? openData(key, row.event_id, part, sealed) === undefined : !deleted.has(id);
  };
  return (row) => hides(row, 'actor', row.actor_id, row.actor_sealed) || hides(row, 'subject', row.subject_id, row.subject_sealed);
}
