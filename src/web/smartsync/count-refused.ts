import { countRefusal } from '../../domain/records/refusals/index.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Log } from '../../platform/log/index.ts';

export type RefusedReason =
  | 'agent-token-unknown'
  | 'agent-token-expired'
  | 'agent-unknown'
  | 'agent-revoked'
  | 'agent-wrong-proof'
  | 'agent-incompatible';

/** Whoever tries a stolen token or key is seen. What cannot be counted is refused all the same. */
export async function countRefused(scope: Scope, log: Log, reason: RefusedReason, details: Record<string, string> = {}): Promise<void> {
  await countRefusal(scope, { type: 'directory.agent-refused', outcome: 'failure', reason, details }).catch((error) =>
    log.error({ err: error }, 'a refused agent could not be counted'),
  );
}
