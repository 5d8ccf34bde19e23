import type { Password } from '../../../platform/crypto/index.ts';
import type { DirectoryRules } from '../../people/directories/index.ts';
import type { User } from '../../people/users/index.ts';
import { forgetAsks, type Reserved, reserveAsk, returnAsk, settleAsk } from '../../records/attempts/index.ts';
import type { Scope } from '../../scope.ts';
import {
  type DirectoryOutcome,
  keepVerifier,
  matchesVerifier,
  type Network,
  type NetworkEntry,
  proveDirectoryPassword,
} from '../credentials/directory-password/index.ts';
import { verifyPassword } from '../credentials/password/index.ts';
import type { Proven } from './pending-requests.ts';
import type { SignInReason } from './reasons.ts';
import type { Standing } from './standing.ts';
import type { Count } from './take-attempt.ts';

/**
 * What came of a password. `matching`: which form of the personal one it is. `network`: it is that of the network, and how that was found.
 * `count`: how the attempt counts. A refusal has the reason for the audit, and `told` where the person may hear why.
 */
export type Evaluated =
  | { outcome: 'personal'; matching: Password; count: Count }
  | { outcome: 'network'; entry: NetworkEntry; found: Pick<Proven, 'networkPassword' | 'isDirectoryAway'>; count: Count }
  | { outcome: 'refused'; reason: SignInReason; count: Count; told?: DirectoryRefusal };

/** Why a directory lets in nobody who has the right password. */
export type DirectoryRefusal = 'account-disabled' | 'account-expired' | 'outside-hours' | 'wrong-workstation';

const unavailable = 'directory-unavailable';
const wrong = { outcome: 'refused', reason: 'wrong-password', count: 'settled' } as const;

/** The entry whose password is a proof here (S24). */
export const networkEntryOf = (
  standing: Pick<Standing, 'network'> | undefined,
  rules: DirectoryRules | undefined,
): NetworkEntry | undefined => (rules?.signIn ? standing?.network : undefined);

/** Administrators always keep a personal password, and so does who has none of the network. */
export const mayUsePersonalPassword = (standing: Pick<Standing, 'user' | 'network'>, rules: DirectoryRules | undefined): boolean =>
  !networkEntryOf(standing, rules) || rules!.personalPassword || standing.user.role === 'administrator';

/** A personal password that is worth a try, of who has one. */
const personalOf = (standing: Standing | undefined, rules: DirectoryRules | undefined): Standing['password'] =>
  standing && mayUsePersonalPassword(standing, rules) ? standing.password : undefined;

/** Nothing but a directory can say whether a password of this person is right. */
export const isForDirectory = (standing: Standing | undefined, rules: DirectoryRules | undefined): boolean =>
  standing?.user.status === 'activated' && networkEntryOf(standing, rules) !== undefined && !personalOf(standing, rules);

type Asked = { standing: Standing | undefined; attempt: Reserved; isAlive: boolean; password: Password };

/**
 * The personal password first, where there is one that counts: it must not reach the directory as a wrong guess. Then the directory, for who may come in at all.
 * For a name that nobody has, and without an attempt left, the same argon2 verifications are spent on nothing.
 * @returns undefined when nothing was evaluated: too many ask for the same person
 */
export async function evaluatePassword(scope: Scope, network: Network | undefined, asked: Asked): Promise<Evaluated | undefined> {
  const { standing, attempt, isAlive, password } = asked;
  const entry = networkEntryOf(standing, network?.rules);
  const personal = personalOf(standing, network?.rules);
  if (personal || !entry) {
    const matching = await verifyPassword(scope, standing?.user.userId, attempt.taken === undefined ? undefined : personal, password);
    if (matching) return { outcome: 'personal', matching, count: 'settled' };
  }
  if (!standing || !entry || attempt.taken === undefined || !isAlive) return wrong;
  const { user } = standing;
  // known browsers have a count of their own here, as they have for blocking
  const ask = attempt.isKnownBrowser || attempt.mayAsk ? 'taken' : await reserveAsk(scope, user.userId);
  if (ask === 'busy') return undefined;
  if (ask === 'used-up') return { outcome: 'refused', reason: 'directory-not-asked', count: personal ? 'settled' : 'refunded' };
  return askDirectory(scope, network!, { ...asked, user, entry, hasPersonal: personal !== undefined });
}

type Asking = Pick<Asked, 'attempt' | 'password'> & { user: User; entry: NetworkEntry; hasPersonal: boolean };

async function askDirectory(scope: Scope, network: Network, asking: Asking): Promise<Evaluated> {
  const { attempt, password, user, entry, hasPersonal } = asking;
  // the personal one was tried all the same: that has an end, but blocks nobody
  const uncounted = hasPersonal ? 'held' : 'refunded';
  // strangers have few (reserveAsk): each is one there, too
  const asked = { userId: user.userId, password, isOnce: !attempt.isKnownBrowser };
  const answer = await proveDirectoryPassword(scope, network.ask, entry, asked).catch(async (error) => {
    if (!attempt.isKnownBrowser) await settleAsk(scope, user.userId);
    throw error;
  });
  if (!attempt.isKnownBrowser) await concludeAsk(scope, user, answer);
  switch (answer.outcome) {
    case 'proven':
      if (network.rules.whileAway && user.role !== 'administrator') void keepVerifier(scope, user.userId, entry.directoryId, password);
      return { outcome: 'network', entry, found: {}, count: 'answered' };
    case 'due':
      return {
        outcome: 'network',
        entry,
        found: { networkPassword: answer.reason === 'must-change' ? 'must-change' : 'expired' },
        count: 'answered',
      };
    case 'told':
      return { outcome: 'refused', reason: `directory-${answer.reason}`, count: 'refunded', told: answer.reason };
    case 'silent':
      return { outcome: 'refused', reason: `directory-${answer.reason}`, count: uncounted };
    case 'unavailable':
      if (answer.isAway) return byVerifier(scope, network, asking, uncounted);
      return { outcome: 'refused', reason: unavailable, count: uncounted };
    default:
      return wrong;
  }
}

/** As the directory itself will have counted. A yes is settled with the attempt (Count). */
async function concludeAsk(scope: Scope, { userId }: User, answer: DirectoryOutcome): Promise<void> {
  if (answer.outcome === 'proven' || answer.outcome === 'due') return;
  if (answer.outcome === 'told') return forgetAsks(scope, userId);
  if (answer.outcome === 'silent' || (answer.outcome === 'unavailable' && !answer.isLate)) return returnAsk(scope, userId);
  return settleAsk(scope, userId);
}

/** While the directory is away: never for administrators. */
async function byVerifier(scope: Scope, { rules }: Network, { user, entry, password }: Asking, uncounted: Count): Promise<Evaluated> {
  const isAllowed = rules.whileAway && user.role !== 'administrator';
  const matches = isAllowed ? await matchesVerifier(scope, user, entry.directoryId, password) : undefined;
  if (matches) return { outcome: 'network', entry, found: { isDirectoryAway: true }, count: 'settled' };
  return { outcome: 'refused', reason: unavailable, count: matches === false ? 'held' : uncounted };
}
