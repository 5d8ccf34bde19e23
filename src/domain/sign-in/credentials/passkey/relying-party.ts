import { isIP } from 'node:net';

/** What authenticators bind a passkey to: a host name, from the company's configured address and nowhere else. */
export type RelyingParty = { id: string; origin: string; name: string };

/** @returns undefined where browsers know no passkeys: at a bare IP address, or without https (WebAuthn §5.1.2; localhost counts as safe) */
export function relyingPartyOf({ origin, name }: { origin: string; name: string }): RelyingParty | undefined {
  const { hostname, protocol } = new URL(origin);
  if (isIP(hostname.replace(/^\[|\]$/g, '')) || (protocol !== 'https:' && hostname !== 'localhost')) return undefined;
  return { id: hostname, origin, name };
}
