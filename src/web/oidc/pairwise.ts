import type { Configuration } from 'oidc-provider';
import { loadSubjectKey, pairwiseSubject } from '../../domain/applications/assertions/index.ts';
import type { ContextProvider } from './context-provider.ts';

/** The library's `pairwiseIdentifier`: what an application that has pairwise subjects knows a person by (OpenID Connect Core §8.1). */
export function createPairwiseIdentifier(op: ContextProvider): NonNullable<Configuration['pairwiseIdentifier']> {
  let key: Promise<Buffer> | undefined;
  return async (_ctx, accountId, client) => {
    key ??= loadSubjectKey(op.scope());
    const loaded = await key.catch((error) => {
      key = undefined; // the next request tries again
      throw error;
    });
    return pairwiseSubject(loaded, client.sectorIdentifier as string, accountId);
  };
}
