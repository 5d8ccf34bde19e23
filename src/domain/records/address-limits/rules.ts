import { networkOf, widerNetworkOf } from '../../../platform/net/index.ts';
import type { UserId } from '../../scope.ts';

/** What is counted, each for itself: who used up one kind has the others left. Passwords, second factors and passkeys are one kind, as for a person (attempts). */
export const limitKinds = ['sign-in', 'recovery', 'registration', 'device-code', 'client-secret'] as const;
export type LimitKind = (typeof limitKinds)[number];

/** Where somebody comes from. `knownAs`: the person who has signed in with this browser before, `browser` what names it where each has a count of its own. `naming`: the login that is tried, so that it can be given back. */
export type Place = { ip: string; knownAs?: UserId; browser?: string; naming?: string };

/** Of a deployment. `wrong`: passwords, codes, passkeys, secrets; `mails`: recoveries and registrations asked for. 0: no limit. */
export type LimitSettings = {
  wrong: number;
  mails: number;
  /** Whether many people share the address, such as those of an office. */
  isShared(ip: string): boolean;
};

export const windowMs = 600_000;

/** How much more a network may do than one address of it, and an address that many people share than another. */
const widerFactor = 10;
const sharedFactor = 10;

/** One count: whose it is, and how many it takes. */
export type Allowance = { holder: string; most: number };

const asksForMail: ReadonlySet<LimitKind> = new Set(['recovery', 'registration']);

/**
 * The counts on which something stands: a person's own, where the browser is known, so that nobody is kept out for what others do at the same address; else those of the address
 * (IPv6: of its 64 bits) and of the network around it, so that whoever has a whole network gets no more than it may.
 */
export function allowancesOf(kind: LimitKind, { ip, knownAs, browser }: Place, { wrong, mails, isShared }: LimitSettings): Allowance[] {
  const most = asksForMail.has(kind) ? mails : wrong;
  if (most === 0) return [];
  if (knownAs) return [{ holder: browser ? `person ${knownAs} by ${browser}` : `person ${knownAs}`, most }];
  const allowed = isShared(ip) ? most * sharedFactor : most;
  return [
    { holder: `at ${networkOf(ip)}`, most: allowed },
    { holder: `in ${widerNetworkOf(ip)}`, most: allowed * widerFactor },
  ];
}
