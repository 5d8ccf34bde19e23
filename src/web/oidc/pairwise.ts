import type { Configuration } from 'oidc-provider';
import { loadSubjectKey, pairwiseSubject } from '../../domain/applications/assertions/index.ts';
import { currentOp } from './context-provider.ts';

/** The library's `pairwiseIdentifier`: what an application that has pairwise subjects knows a person by (OpenID Connect Core §8.1). */
export const pairwiseIdentifier: NonNullable<Configuration['pairwiseIdentifier']> = async (_ctx, accountId, client) => {
  const op = currentOp();
  op.subjectKey ??= loadSubjectKey(op.scope());
  const key = await op.subjectKey.catch((error) => {
    op.subjectKey = undefined; // the next request tries again
    throw error;
  });
  return pairwiseSubject(key, client.sectorIdentifier as string, accountId);
};
