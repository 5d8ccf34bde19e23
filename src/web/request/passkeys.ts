import { type Ceremony, relyingPartyOf } from '../../domain/sign-in/credentials/passkey/index.ts';
import type { PageContext } from './route.ts';

/** Undefined where browsers know no passkeys. */
export function passkeyCeremony({
  context,
  browser,
  services,
}: Pick<PageContext, 'context' | 'browser' | 'services'>): Ceremony | undefined {
  const party = relyingPartyOf(context);
  return party && { party, browser, keyRing: services.keyRing, artifacts: services.artifacts };
}
