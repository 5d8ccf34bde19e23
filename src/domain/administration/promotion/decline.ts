import { getOwnContext } from '../../company/contexts/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Transaction } from '../../scope.ts';
import type { Promotion } from './promotion.ts';
import { noteState } from './store.ts';

/** Whoever acts now declines it, with its audit event. */
export async function decline(scope: Transaction, { promotionId, sourceCode }: Promotion): Promise<void> {
  await noteState(scope, promotionId, 'declined');
  const { contextId, name } = await getOwnContext(scope);
  await recordEvent(scope, {
    type: 'promotion.declined',
    subject: { kind: 'context', id: contextId, name },
    details: { promotion: promotionId, source: sourceCode },
  });
}
