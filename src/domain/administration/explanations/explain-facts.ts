import type { AccessFacts } from '../../applications/access/index.ts';
import type { ClaimTarget } from '../../applications/applications/index.ts';
import type { NameIdFault } from '../../applications/assertions/index.ts';
import type { DirectoryState } from '../../people/directories/index.ts';
import type { Role, Status } from '../../people/users/index.ts';
import type { Facts } from '../../sign-in/authentication/index.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import type { RuleSource } from './explanation.ts';
import type { ExplainReason } from './reasons.ts';

// Everything here can be written as JSON and read again: times are ms since the epoch.

/** What an event of the past did not keep is left out. */
export type PersonFacts = {
  userId: string;
  name: string;
  login?: string;
  role?: Role;
  status: Status;
  statusChangedAt?: number;
  /** What deactivated the person: nobody has to look for who did. */
  keptOutBy?: 'plan' | 'directory' | 'deletion';
  /** The first day with access again, of a plan. */
  returnsOn?: string;
  /** Whether the company takes the name that the person signs in with. */
  isLoginTaken: boolean;
};

/** Whose attempts count: those of a browser that is known, or those of all others together. */
export type Count = { used: number; lastAt?: number };

export type AttemptFacts = {
  limit: number;
  decayMinutes: number;
  /** 0: time ends no block. */
  unblockAfterMinutes: number;
  /** In browsers that are not known. */
  strangers: Count;
  /** Of the past: nothing is known but the count that the attempt stood on. */
  isAlone?: true;
  /** Those that are known, the one used last first. `isRemembered`: it stands in for the second factor. */
  browsers: (Count & { userAgent: string; lastSeenAt: number })[];
};

export type DirectoryFacts = {
  directoryId: string;
  name: string;
  state: DirectoryState;
  unavailableReason?: string;
  /** Those that are enrolled. */
  agents: number;
  /** Who signs in in a browser that is not known makes the directory count, too. */
  isAskLeft: boolean;
  /** As it was read last. Only the directory itself tells whether it lets the person in. */
  there?: 'disabled' | 'gone';
  /** What is kept for when the directory is away lets this person in. */
  isVerifierHeld: boolean;
};

/** By what the person can prove who they are, and what they hold besides. */
export type ProofFacts = {
  /** `counts`: the company takes it. */
  personal?: { changedAt: number; mustChange: boolean; counts: boolean };
  directory?: DirectoryFacts;
  /** Factors that need neither name nor password, held and taken. */
  alone: FactorKind[];
  held: FactorKind[];
  hasRecoveryCodes: boolean;
};

/** `refuses`: it keeps people out here; otherwise the application itself may refuse. */
export type SetupFault = { reason: ExplainReason; refuses: boolean; detail?: string };

export type ApplicationFacts = {
  applicationId: string;
  name: string;
  protocol?: 'oidc' | 'saml';
  /** Left out where nobody looked, as of the past. */
  setup?: SetupFault[];
};

/** By which ways an application is the person's. */
export type ReachFacts = { isDirect: boolean; groups: { groupId: string; name: string; isEveryone: boolean }[]; isNavigable: boolean };

/** What the application would be told. */
export type ReleaseFacts =
  | { protocol: 'oidc'; documents: { into: ClaimTarget; claims: Record<string, unknown> }[] }
  | {
      protocol: 'saml';
      /** Left out where it is made at the first sign-in. */
      nameId?: { format: string; value: string };
      attributes: { name: string; values: string[] }[];
      fault?: NameIdFault;
    };

export type PolicyPart = { part: string; value: unknown; from: RuleSource };

/** All that an explanation looks at. What is not known is left out, and its step with it. */
export type ExplainFacts = {
  at: number;
  ip: string;
  /** The browser is one in which the person has signed in before. */
  isKnownBrowser: boolean;
  company: { name: string; environment?: string };
  /** As somebody asked: the names of what there may not be. */
  asked: { person: string; application?: string };
  application?: ApplicationFacts;
  person?: PersonFacts;
  /** Of a name that nobody has: somebody of a directory who waits, or was rejected. */
  entry?: { directoryId: string; entryId: string; name: string; state: 'pending' | 'rejected' };
  attempts?: AttemptFacts;
  proof?: ProofFacts;
  /** As `nextStep` is asked once the person has proven who they are. */
  signIn?: Facts;
  /** The rules in force for this person there. */
  policy: PolicyPart[];
  /** As `decide` is asked; left out where no application is opened. */
  access?: AccessFacts;
  reach?: ReachFacts;
  /** Of a third party's application: what the person agreed to before. */
  consent?: { given: string[] };
  release?: ReleaseFacts;
};
