import { listLostSecrets } from '../domain/administration/master-keys/index.ts';
import { openServerScope } from '../domain/scope.ts';
import type { Log } from '../platform/log/index.ts';
import type { Services } from '../web/request/index.ts';

/** A secret that a master key sealed which is no longer there fails when somebody needs it: a server that started before `keys re-encrypt` may have sealed one afterwards. Called once, where jobs run. */
export async function logLostSecrets(services: Pick<Services, 'database' | 'keyRing' | 'hasher' | 'clock'>, log: Log): Promise<void> {
  const lost = await listLostSecrets(openServerScope(services, { kind: 'system', name: 'start' }));
  for (const { keyId, what, count } of lost)
    log.error(
      { masterKey: keyId, what, count },
      'secrets need a master key that is not there: put it back, behind the first, and run "portaria keys re-encrypt"',
    );
}
