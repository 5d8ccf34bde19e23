import { listLostSecrets } from '../domain/administration/master-keys/index.ts';
import { openServerScope } from '../domain/scope.ts';
import type { Log } from '../platform/log/index.ts';
import type { Services } from '../web/request/index.ts';

/**
 * A server that has an old master key first seals under it until it ends, also after `keys re-encrypt` was done and the key left the ring of others. What it sealed then fails only when
 * somebody needs it, so it is said at the next start.
 */
export async function logLostSecrets(services: Pick<Services, 'database' | 'keyRing' | 'hasher' | 'clock'>, log: Log): Promise<void> {
  const lost = await listLostSecrets(openServerScope(services, { kind: 'system', name: 'start' }));
  for (const { keyId, what, count } of lost)
    log.error(
      { masterKey: keyId, what, count },
      'secrets need a master key that is not there: put it back, behind the first, and run "portaria keys re-encrypt"',
    );
}
