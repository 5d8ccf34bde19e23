import type { KeyRing } from '../../platform/crypto/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { recordEvent } from './record-event.ts';
import { lockOwnHead, saveHead } from './seal-events.ts';

const step = 5000;

/**
 * Deletes what is older, from the chain's beginning on, as far as nothing younger lies between; the chain then begins behind it and goes on verifying.
 * @returns how many
 */
export async function purgeEvents(scope: Scope, keyRing: KeyRing, before: Date): Promise<number> {
  let purged = 0;
  for (let count = step; count === step; purged += count)
    count = await inTransaction(scope, (inside) => purgeSome(inside, keyRing, before));
  if (purged > 0)
    await inTransaction(scope, (inside) => recordEvent(inside, { type: 'audit.purged', details: { events: purged, before } }));
  return purged;
}

async function purgeSome(scope: Scope, keyRing: KeyRing, before: Date): Promise<number> {
  const { db, contextId } = scope;
  const head = await lockOwnHead(scope, keyRing);
  const rows = await db('audit_events')
    .where('context_id', contextId)
    .whereNotNull('seal_seq')
    .orderBy('seal_seq')
    .limit(step)
    .select('seal_seq', 'seal_hash', 'at');
  const young = rows.findIndex(({ at }) => at >= before);
  const old = young < 0 ? rows : rows.slice(0, young);
  const last = old.at(-1);
  if (!last) return 0;
  await db('audit_events').where('context_id', contextId).where('seal_seq', '<=', last.seal_seq).delete();
  // what lies before a chain that was begun anew goes without moving its beginning
  if (last.seal_seq > head.anchorSeq) await saveHead(scope, keyRing, { ...head, anchorSeq: last.seal_seq, anchorHash: last.seal_hash });
  return old.length;
}
