import { readPassword } from '../../../platform/crypto/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { passwordFaults } from '../credentials/password/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { mayUsePersonalPassword } from './evaluate-password.ts';
import { takesLogin } from './identify.ts';
import { findPendingRequest, openPendingRequest, type PendingRequest, recordProof } from './pending-requests.ts';
import { findStanding } from './standing.ts';

/** Who chose a password by a mailed link, at which browser. `waiting`: the sign-in for which they did, by its address. `path`: where they go otherwise. */
export type LinkProof = { userId: UserId; newPassword: string; browser: string; waiting?: string; path: string };

/**
 * Goes on to the sign-in with what the link and the new password prove: as much as that password would if it were typed there, and nothing more. Second factors, terms,
 * networks and hours are asked by the next step, as of everybody.
 * @returns the request to go on with; undefined where that password would not be taken, so that the person has to sign in in another way
 */
export async function proveByLink(scope: Scope, rules: PolicyRules, proof: LinkProof): Promise<PendingRequest | undefined> {
  const { userId, browser } = proof;
  const standing = await findStanding(scope, userId, browser);
  if (!standing?.password || standing.password.mustChange || standing.user.status !== 'activated') return undefined;
  const { user, password } = standing;
  if (![user.email, user.username].some((login) => login && takesLogin(rules, login))) return undefined;
  if (!mayUsePersonalPassword(standing, (await loadSettings(scope, directoryRules)).value)) return undefined;
  const request = await findRequest(scope, proof);
  if (!request) return undefined;
  const policy = await findPolicyOf(scope, rules, user, request.applicationId);
  await recordProof(scope, request, {
    userId,
    at: scope.clock.now().getTime(),
    amr: ['pwd'],
    passwordChangedAt: password.changedAt.getTime(),
    // an application may ask more of a password than the company does
    passwordIsWeak: (await passwordFaults(readPassword(proof.newPassword), user, policy.password)).length > 0,
    isKnownBrowser: standing.isBrowserNoted,
  });
  return request;
}

/** The one that waits in this browser, or one of its own. */
async function findRequest(scope: Scope, { browser, waiting, path }: LinkProof): Promise<PendingRequest | undefined> {
  const found = waiting ? await findPendingRequest(scope, browser, waiting) : undefined;
  if (found) return found;
  const address = await openPendingRequest(scope, browser, { destination: { protocol: 'portaria', path }, demands: {} });
  return findPendingRequest(scope, browser, address);
}
