import { hashToken } from '../../../platform/crypto/index.ts';
import type { Transaction } from '../../scope.ts';

/** Takes away what is kept under an id, in one statement: of all who ask at once, in whatever process, one gets it. @returns undefined when it is gone, or has expired */
export async function takeArtifact({ db, contextId }: Transaction, kind: string, id: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await db('oidc_artifacts')
    .where({ context_id: contextId, kind, id_hash: hashToken(id) })
    .whereRaw('expires_at > now()')
    .delete()
    .returning<{ payload: Record<string, unknown> }[]>('payload');
  return row?.payload;
}
