import type { KeyRing } from '../../platform/crypto/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { inTransaction, type Scope } from '../scope.ts';
import { noHash } from './chain.ts';
import { recordEvent } from './record-event.ts';
import { findHead, saveHead } from './seal-events.ts';
import { type Breach, verifyChain } from './verify-chain.ts';

/**
 * Goes on sealing where a chain is broken for good. What was sealed so far stays, outside of the chain and vouched for by nothing; the first event of the new one says where
 * the old one broke, and why it was given up.
 * @throws AppError chain_whole when there is nothing to give up
 */
export async function restartChain(scope: Scope, keyRing: KeyRing, because: string): Promise<{ breach: Breach; firstSeq: number }> {
  return inTransaction(scope, async (inside) => {
    const { db, contextId } = inside;
    // whoever seals or purges meanwhile waits
    const head = await findHead(inside, { lock: true });
    const { breach } = await verifyChain(inside, keyRing);
    if (!breach) throw new AppError('chain_whole', 409);
    const last = await db('audit_events').where('context_id', contextId).whereNotNull('seal_seq').orderBy('seal_seq', 'desc').first();
    const seq = Math.max(head?.seq ?? 0, last?.seal_seq ?? 0);
    const hash: Buffer = last?.seal_hash ?? noHash;
    await saveHead(inside, keyRing, { seq, hash, anchorSeq: seq, anchorHash: hash });
    await recordEvent(inside, { type: 'audit.chain-restarted', details: { brokenAt: breach.at, breach: breach.what, because } });
    return { breach, firstSeq: seq + 1 };
  });
}
