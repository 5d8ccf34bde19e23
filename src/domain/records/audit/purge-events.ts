import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import { canonicalEvent, nextHash } from './chain.ts';
import { listSealed } from './list-events.ts';
import type { EventRow } from './read-events.ts';
import { recordEvent } from './record-event.ts';
import { BrokenChain, type ChainHead, lockOwnHead, saveHead } from './seal-events.ts';

const step = 5000;

/**
 * Deletes what is older, from the chain's beginning on, as far as nothing younger lies between; the chain then begins behind it and goes on verifying. Each step stands in
 * the audit. What goes is verified first: nobody gets rid of an event, or of a change to one, by making it look old.
 * @returns how many
 * @throws BrokenChain
 */
export async function purgeEvents(scope: Scope, before: Date): Promise<number> {
  let purged = 0;
  for (let isDone = false; !isDone; ) {
    const some = await inTransaction(scope, (inside) => purgeSome(inside, before));
    purged += some.purged;
    isDone = some.isDone;
  }
  return purged;
}

async function purgeSome(scope: Transaction, before: Date): Promise<{ purged: number; isDone: boolean }> {
  const { db, contextId } = scope;
  const head = await lockOwnHead(scope);
  const events = () => db('audit_events').where('context_id', contextId);
  // before a chain that was restarted there is no order to keep
  const oldOutside = events().where('seal_seq', '<=', head.anchorSeq).where('at', '<', before).limit(step).select('event_id');
  const outside = await events().whereIn('event_id', oldOutside).delete();
  const rows = await listSealed(scope, head.anchorSeq, head.seq, step);
  const young = rows.findIndex(({ at }) => at >= before);
  const old = young < 0 ? rows : rows.slice(0, young);
  const last = old.at(-1);
  if (last) {
    refuseChanged(scope, head, old);
    await events()
      .whereBetween('seal_seq', [head.anchorSeq + 1, last.seal_seq!])
      .delete();
    await saveHead(scope, { ...head, anchorSeq: last.seal_seq!, anchorHash: last.seal_hash! });
  }
  const purged = outside + old.length;
  if (purged > 0) await recordEvent(scope, { type: 'audit.purged', details: { events: purged, before } });
  return { purged, isDone: outside < step && old.length < step };
}

function refuseChanged({ contextId }: Scope, { anchorSeq, anchorHash }: ChainHead, rows: EventRow[]): void {
  let [seq, hash] = [anchorSeq, anchorHash];
  for (const row of rows) {
    const next = nextHash(hash, seq + 1, canonicalEvent(row));
    if (row.seal_seq !== seq + 1 || !row.seal_hash?.equals(next))
      throw new BrokenChain(`event ${seq + 1} of the audit chain of ${contextId} was changed`);
    [seq, hash] = [row.seal_seq, next];
  }
}
