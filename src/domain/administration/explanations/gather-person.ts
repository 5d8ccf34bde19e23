import { type DirectoryRules, getDirectory, listAgents, stateOf } from '../../people/directories/index.ts';
import { findEntryOfUser, listEntries } from '../../people/directory-entries/index.ts';
import { findPlan, keepsOut } from '../../people/planned-deactivations/index.ts';
import { fullName, identifier, loginKey, type User } from '../../people/users/index.ts';
import type { AttemptCounts } from '../../records/attempts/index.ts';
import type { Scope } from '../../scope.ts';
import { mayUsePersonalPassword, networkEntryOf, type Standing } from '../../sign-in/authentication/index.ts';
import { hasVerifier } from '../../sign-in/credentials/directory-password/index.ts';
import { type FactorKind, factorOf } from '../../sign-in/credentials/factors/index.ts';
import type { PolicyRules, SignInPolicy } from '../../sign-in/sign-in-policy/index.ts';
import type { AttemptFacts, DirectoryFacts, ExplainFacts, PersonFacts, ProofFacts } from './explain-facts.ts';

export async function gatherPerson(scope: Scope, user: User, { base }: PolicyRules): Promise<PersonFacts> {
  const { userId, role, status, statusChangedAt, email } = user;
  return {
    userId,
    name: fullName(user),
    login: identifier(user),
    role,
    status,
    statusChangedAt: statusChangedAt.getTime(),
    isLoginTaken: email === undefined ? base.identifiers.username : base.identifiers.email,
    ...(status === 'deactivated' && (await findCause(scope, user))),
  };
}

/** What deactivated somebody. */
async function findCause(scope: Scope, user: User): Promise<Pick<PersonFacts, 'keptOutBy' | 'returnsOn'>> {
  if (user.deletingSince) return { keptOutBy: 'deletion' };
  const plan = await findPlan(scope, user.userId);
  if (plan && keepsOut(plan, user)) return { keptOutBy: 'plan', returnsOn: plan.endsOn };
  const entry = await findEntryOfUser(scope, user.userId);
  return entry?.deactivatedAt?.getTime() === user.statusChangedAt.getTime() ? { keptOutBy: 'directory' } : {};
}

/** Somebody of a directory who would sign in by this name and is nobody here. */
export async function findWaitingEntry(scope: Scope, login: string): Promise<ExplainFacts['entry']> {
  for (const state of ['pending', 'rejected'] as const) {
    const { items } = await listEntries(scope, { state, kind: 'person', search: login }, 5);
    const entry = items.find((one) => one.login !== undefined && loginKey(one.login).key === loginKey(login).key);
    if (entry) return { directoryId: entry.directoryId, entryId: entry.entryId, name: entry.name, state };
  }
  return undefined;
}

export const describeAttempts = (
  { limit, decayMinutes, unblockAfterMinutes }: SignInPolicy['lockout'],
  { strangers, browsers }: AttemptCounts,
): AttemptFacts => ({
  limit,
  decayMinutes,
  unblockAfterMinutes,
  strangers: { used: strangers.used, lastAt: strangers.lastAt?.getTime() },
  browsers: browsers.map(({ used, lastAt, userAgent, lastSeenAt }) => ({
    used,
    lastAt: lastAt?.getTime(),
    userAgent,
    lastSeenAt: lastSeenAt.getTime(),
  })),
});

/** `taken`: factors that the rules take and this address can have. */
type Around = { rules: DirectoryRules; counts: AttemptCounts; taken: FactorKind[] };

export async function gatherProof(scope: Scope, standing: Standing, { rules, counts, taken }: Around): Promise<ProofFacts> {
  const { password, factors, hasRecoveryCodes } = standing;
  const counted = mayUsePersonalPassword(standing, rules);
  return {
    ...(password && { personal: { changedAt: password.changedAt.getTime(), mustChange: password.mustChange, counts: counted } }),
    ...(networkEntryOf(standing, rules) && { directory: await gatherDirectory(scope, standing, rules, counts.areAsksLeft) }),
    alone: factors.filter((kind) => taken.includes(kind) && factorOf(kind).findOwner !== undefined),
    held: factors,
    hasRecoveryCodes: hasRecoveryCodes && factors.length > 0,
  };
}

async function gatherDirectory(scope: Scope, standing: Standing, rules: DirectoryRules, isAskLeft: boolean): Promise<DirectoryFacts> {
  const { user, network } = standing;
  const { directoryId } = network!;
  const mayBeAway = rules.whileAway && user.role !== 'administrator';
  const [directory, agents, entry, isHeld] = await Promise.all([
    getDirectory(scope, directoryId),
    listAgents(scope, directoryId),
    findEntryOfUser(scope, user.userId),
    mayBeAway && hasVerifier(scope, user, directoryId),
  ]);
  const { name, unavailableReason } = directory;
  return {
    directoryId,
    name,
    state: stateOf(directory),
    ...(unavailableReason && { unavailableReason }),
    agents: agents.length,
    ...(entry?.isGone ? { there: 'gone' as const } : entry?.isEnabled === false && { there: 'disabled' as const }),
    isAskLeft,
    isVerifierHeld: isHeld,
  };
}
