import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { epochSeconds, systemClock } from '../../platform/clock/index.ts';

/** Seconds by which a client's clock may be ahead. */
const ahead = 180;

/**
 * What is asked of a client's assertion besides what the library looks at (RFC 7523 §3 no. 6): one from the future could be kept and used when nobody expects it.
 * @throws InvalidClientAuth
 */
export async function refuseFutureAssertion(_ctx: KoaContextWithOIDC, { iat }: { iat?: number }): Promise<void> {
  if (iat !== undefined && iat > epochSeconds(systemClock.now()) + ahead) throw new errors.InvalidClientAuth('iat is in the future');
}
