import { AppError } from '../../../platform/errors/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { noHash } from './chain.ts';
import { recordEvent } from './record-event.ts';
import { isOwnHead, lockHead, saveHead } from './seal-events.ts';
import { type Breach, verifyChain } from './verify-chain.ts';

/** No chain is as long: a place beyond it was written by hand, as one below nothing was, and the next ones would have no numbers left. */
const longest = 2 ** 50;

/**
 * Goes on sealing where a chain is broken for good. What was sealed so far stays, outside of the chain and vouched for by nothing; an event of the new one says where the
 * old one broke, and why it was given up.
 * @throws AppError chain_whole when there is nothing to give up
 */
export async function restartChain(scope: Scope, because: string): Promise<{ breach: Breach; firstSeq: number }> {
  return inTransaction(scope, async (inside) => {
    const { db, contextId } = inside;
    // whoever seals or purges meanwhile waits
    const head = await lockHead(inside);
    const { breach } = await verifyChain(inside);
    if (!breach) throw new AppError('chain_whole', 409);
    const events = () => db('audit_events').where('context_id', contextId);
    const byHand: { event_id: string }[] = await events()
      .where((or) => or.where('seal_seq', '>', longest).orWhere('seal_seq', '<', 0))
      .update({ seal_seq: null })
      .returning('event_id');
    await db.raw(
      'UPDATE audit_events e SET seal_seq = -v.n FROM unnest(?::uuid[]) WITH ORDINALITY AS v (event_id, n) WHERE e.context_id = ? AND e.event_id = v.event_id',
      [byHand.map(({ event_id }) => event_id), contextId],
    );
    const last = await events().whereNotNull('seal_seq').orderBy('seal_seq', 'desc').first('seal_seq', 'seal_hash');
    const own = head && isOwnHead(scope.keyRing, inside, head, head.mac) ? head.seq : 0;
    const seq = Math.max(own, last?.seal_seq ?? 0);
    const hash: Buffer = last?.seal_hash ?? noHash;
    await saveHead(inside, { seq, hash, anchorSeq: seq, anchorHash: hash });
    await recordEvent(inside, { type: 'audit.chain-restarted', details: { brokenAt: breach.at, breach: breach.what, because } });
    return { breach, firstSeq: seq + 1 };
  });
}
