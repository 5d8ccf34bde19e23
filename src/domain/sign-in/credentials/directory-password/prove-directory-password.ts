import type { Password } from '../../../../platform/crypto/index.ts';
import type { RefusalReason } from '../../../../smartsync-protocol/index.ts';
import { type DirectoryRules, getDirectory } from '../../../people/directories/index.ts';
import type { Entry } from '../../../people/directory-entries/index.ts';
import type { Ask } from '../../../people/directory-requests/index.ts';
import type { Scope, UserId } from '../../../scope.ts';
import { askInTurn } from './pace.ts';
import { forgetRefused, forgetVerifier } from './verifiers.ts';

/** What a company signs in by besides personal passwords, and the way to its directories. */
export type Network = { ask: Ask; rules: DirectoryRules };

/** Whom a person is in a directory. */
export type NetworkEntry = Pick<Entry, 'directoryId' | 'entryId' | 'dn'>;

/**
 * `due`: the password is right, and the directory wants another one first. `told`: it is right, and the directory lets nobody in for a reason that the person may hear.
 * `silent`: the directory says so whatever the password is, so that it stands in the audit alone. `unavailable`: nothing was evaluated, as far as anybody knows;
 * `isLate`: the directory may have looked at it and counted it. `isAway`: it is the directory that does not answer, and nothing here is too busy to ask it.
 */
export type DirectoryOutcome =
  | { outcome: 'proven' }
  | { outcome: 'wrong' }
  | { outcome: 'due'; reason: 'password-expired' | 'must-change' }
  | { outcome: 'told'; reason: 'account-disabled' | 'account-expired' | 'outside-hours' | 'wrong-workstation' }
  | { outcome: 'silent'; reason: 'account-disabled' | 'account-locked' | 'not-found' }
  | { outcome: 'unavailable'; isLate: boolean; isAway: boolean };

/** `isOnce`: the directory must not count it twice, though that agent falls silent. */
type Asked = { userId: UserId; password: Password; isOnce: boolean };

/** Longer than any directory takes: it would only be carried about. */
const longest = 1000;

/**
 * S24: a bind as this entry. An empty password is never sent: many directories take such a bind for an anonymous one and say yes (RFC 4513 §5.1.2).
 * The sub-codes of AD for an account that is disabled, expired, kept out by hours or workstation, or whose password is too old, come with the right password only
 * ([MS-ERREF] 0x530–0x533, 0x701, 0x773); a lock (0x775) is told to anybody. So do those of ppolicy in OpenLDAP, whose disabled account is a lock.
 */
export async function proveDirectoryPassword(
  scope: Scope,
  ask: Ask,
  { directoryId, entryId, dn }: NetworkEntry,
  { userId, password, isOnce }: Asked,
): Promise<DirectoryOutcome> {
  const { text } = password;
  if (text === '' || text.length > longest) return { outcome: 'wrong' };
  const request = { kind: 'verify-password', body: { entry: { id: entryId, dn } } } as const;
  const { answer, isAway } = await askInTurn(scope, directoryId, async (timeoutMs) => {
    const given = await ask(scope, directoryId, request, { timeoutMs, isOnce, passwords: { password: text } });
    // in its turn, so that the time it takes is among those that a refusal lasts
    if (given.outcome === 'refused') await forgetAfter(scope, given.reason, userId, password);
    return given;
  });
  if (answer?.outcome === 'accepted') return { outcome: 'proven' };
  if (answer?.outcome !== 'refused') return { outcome: 'unavailable', isLate: answer?.reason === 'late', isAway };
  const isActiveDirectory = async () => (await getDirectory(scope, directoryId)).kind === 'active-directory';
  return (await meaningOf(answer.reason, isActiveDirectory)) ?? { outcome: 'unavailable', isLate: false, isAway };
}

/** Those say no whatever the password is, or to who has the right one. */
const definite: RefusalReason[] = [
  'password-expired',
  'must-change',
  'account-disabled',
  'account-expired',
  'account-locked',
  'outside-hours',
  'wrong-workstation',
  'not-found',
];

/** What the directory said before is over: a verifier never outlives a no. */
async function forgetAfter(scope: Scope, reason: RefusalReason, userId: UserId, password: Password): Promise<void> {
  if (reason === 'wrong-password') await forgetRefused(scope, userId, password);
  else if (definite.includes(reason)) await forgetVerifier(scope, userId);
}

/** @returns undefined where the reason is the directory's, and says nothing of the password or the account */
async function meaningOf(reason: RefusalReason, isActiveDirectory: () => Promise<boolean>): Promise<DirectoryOutcome | undefined> {
  switch (reason) {
    case 'wrong-password':
      return { outcome: 'wrong' };
    case 'password-expired':
    case 'must-change':
      return { outcome: 'due', reason };
    case 'account-expired':
    case 'outside-hours':
    case 'wrong-workstation':
      return { outcome: 'told', reason };
    case 'account-disabled':
      return { outcome: (await isActiveDirectory()) ? 'told' : 'silent', reason };
    case 'account-locked':
    case 'not-found':
      return { outcome: 'silent', reason };
    default:
      return undefined;
  }
}
