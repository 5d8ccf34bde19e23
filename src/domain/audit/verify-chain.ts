import type { KeyRing } from '../../platform/crypto/index.ts';
import type { Scope } from '../scope.ts';
import { canonicalEvent, nextHash } from './chain.ts';
import { listSealed } from './list-events.ts';
import { findPersonKeys, openData } from './personal.ts';
import type { EventRow } from './read-events.ts';
import { findHead, isOwnHead } from './seal-events.ts';

/**
 * `changed`: the event at this place is not the one that was sealed. `missing`: it is gone. `added`: it lies beyond the chain's end. `head`: the chain as a whole was
 * written anew, or cut, by somebody without the master key. `hidden`: what it says of a person cannot be read, and that person was not deleted.
 */
export type Breach = { at: number; what: 'changed' | 'missing' | 'added' | 'head' | 'hidden'; eventId?: string };

export type Verification = {
  /** Events whose seals were recomputed. */
  sealed: number;
  firstSeq: number;
  head?: { seq: number; hash: string; sealedAt: Date };
  /** From before a chain that was begun anew: sealed once, vouched for by nothing. */
  before: number;
  /** Recorded and not sealed yet. */
  tail: { events: number; oldest?: Date };
  breach?: Breach;
};

const step = 5000;

/** A head that somebody kept elsewhere: a chain that does not hold it any more was cut back, with its own earlier head. */
export type KnownHead = { seq: number; hash: string };

/** Recomputes a company's chain from its beginning. */
export async function verifyChain(scope: Scope, keyRing: KeyRing, known?: KnownHead): Promise<Verification> {
  const { db, contextId } = scope;
  const head = await findHead(scope);
  const [tail] = await db('audit_events')
    .where({ context_id: contextId, seal_seq: null })
    .select(db.raw('count(*)::int AS events, min(at) AS oldest'));
  const [before] = await db('audit_events')
    .where('context_id', contextId)
    .where('seal_seq', '<=', head?.anchorSeq ?? 0)
    .select(db.raw('count(*)::int AS events'));
  const result: Verification = {
    sealed: 0,
    before: before.events,
    firstSeq: (head?.anchorSeq ?? 0) + 1,
    head: head && { seq: head.seq, hash: head.hash.toString('hex'), sealedAt: head.sealedAt },
    tail: { events: tail.events, oldest: tail.oldest ?? undefined },
  };
  // a company begins with a head
  if (!head) return { ...result, breach: { at: 0, what: 'head' } };
  if (!isOwnHead(keyRing, scope, head, head.mac)) return { ...result, breach: { at: head.seq, what: 'head' } };
  let [seq, hash] = [head.anchorSeq, head.anchorHash];
  for (;;) {
    const rows = await listSealed(scope, seq, Number.MAX_SAFE_INTEGER, step);
    const isHidden = await hiddenAmong(scope, rows);
    for (const row of rows) {
      const breach = (what: Breach['what'], at = row.seal_seq!): Verification => ({
        ...result,
        breach: { at, what, eventId: row.event_id },
      });
      if (row.seal_seq! > head.seq) return breach('added');
      if (row.seal_seq !== seq + 1) return { ...result, breach: { at: seq + 1, what: 'missing' } };
      const next = nextHash(hash, row.seal_seq, canonicalEvent(row));
      if (!row.seal_hash?.equals(next)) return breach('changed');
      [seq, hash] = [row.seal_seq, next];
      if (seq === known?.seq && hash.toString('hex') !== known.hash) return breach('changed');
      if (isHidden(row)) return breach('hidden');
      result.sealed += 1;
    }
    if (rows.length < step) break;
  }
  if (known && head.seq < known.seq) return { ...result, breach: { at: head.seq + 1, what: 'missing' } };
  if (seq < head.seq) return { ...result, breach: { at: seq + 1, what: 'missing' } };
  return hash.equals(head.hash) ? result : { ...result, breach: { at: head.seq, what: 'changed' } };
}

/**
 * A person's data in the audit end with the person, whose key goes with the account and whose deletion is an event. A key that was thrown away without one, or exchanged,
 * hides what somebody did and leaves every hash as it was.
 */
async function hiddenAmong(scope: Scope, rows: EventRow[]): Promise<(row: EventRow) => boolean> {
  const people = rows.flatMap((row) => [row.actor_sealed && row.actor_id, row.subject_sealed && row.subject_id]);
  const ids = [...new Set(people.filter((id) => id !== null))];
  const keys = await findPersonKeys(scope, ids);
  const deletions = await scope
    .db('audit_events')
    .where({ context_id: scope.contextId, type: 'user.deleted' })
    .whereIn(
      'subject_id',
      ids.filter((id) => !keys.has(id)),
    )
    .select('subject_id');
  const deleted = new Set(deletions.map((row) => row.subject_id));
  const hides = (row: EventRow, part: 'actor' | 'subject', id: string | null, sealed: Buffer | null): boolean => {
    if (!id || !sealed) return false;
    const key = keys.get(id);
    return key ? openData(key, row.event_id, part, sealed) === undefined : !deleted.has(id);
  };
  return (row) => hides(row, 'actor', row.actor_id, row.actor_sealed) || hides(row, 'subject', row.subject_id, row.subject_sealed);
}
