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
  for (let isDone = false; !isDone; ) {
    const some = await inTransaction(scope, (inside) => purgeSome(inside, keyRing, before));
    purged += some.purged;
    isDone = some.isDone;
  }
  if (purged > 0)
    await inTransaction(scope, (inside) => recordEvent(inside, { type: 'audit.purged', details: { events: purged, before } }));
  return purged;
}

async function purgeSome(scope: Scope, keyRing: KeyRing, before: Date): Promise<{ purged: number; isDone: boolean }> {
  const { db, contextId } = scope;
  const head = await lockOwnHead(scope, keyRing);
  const events = () => db('audit_events').where('context_id', contextId);
  // before a chain that was begun anew there is no order to keep
  const outside = await events().where('seal_seq', '<=', head.anchorSeq).where('at', '<', before).delete();
  const rows = await events().where('seal_seq', '>', head.anchorSeq).orderBy('seal_seq').limit(step).select('seal_seq', 'seal_hash', 'at');
  const young = rows.findIndex(({ at }) => at >= before);
  const old = young < 0 ? rows : rows.slice(0, young);
  const last = old.at(-1);
  if (last) {
    await events()
      .whereBetween('seal_seq', [head.anchorSeq + 1, last.seal_seq])
      .delete();
    await saveHead(scope, keyRing, { ...head, anchorSeq: last.seal_seq, anchorHash: last.seal_hash });
  }
  return { purged: outside + old.length, isDone: old.length < step };
}
