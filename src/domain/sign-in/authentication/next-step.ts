import { type FactorKind, factorsIn, type ProofKind } from '../credentials/factors/index.ts';
import type { SecondFactorDemand } from '../sign-in-policy/index.ts';
import type { KeptOutReason } from './reasons.ts';

/** What the relying party asks of the sign-in, in protocol-free words. */
export type Demands = {
  /** A proof made after this instant, in ms since the epoch (OIDC prompt=login, SAML ForceAuthn). */
  provenAfter?: number;
  /** The proof may be at most so old (OIDC max_age), in seconds. */
  maxAgeSeconds?: number;
  /** With a second factor, whatever the policy says (acr_values, RequestedAuthnContext). */
  secondFactor?: boolean;
  /** With a factor that the person holds, if any, whatever the policy says: before factors and passwords change (My profile). */
  heldFactor?: boolean;
};

/** The password in force. `changedAt` in ms since the epoch. `mustChange` says why. */
export type PasswordFacts = { changedAt: number; mustChange?: 'temporary' | 'expired' | 'policy' };

/** Of the policy for this person and application, what decides about steps. */
export type PolicyFacts = { demand: SecondFactorDemand; factors: FactorKind[]; keepsOut?: 'network' | 'hours' };

/**
 * Methods by RFC 8176. `at` in ms since the epoch. `passwordChangedAt`: the password in force then; a proof from before a newer one is worth nothing. `isPasswordless`: none was
 * asked for. `sessionId`: the session that the proof only adds to: it is worth nothing without it. `directoryId`: the password was that of the network, which our rules for
 * personal ones do not concern; `networkPassword`: the directory wants another one.
 */
export type ProofFacts = {
  userId: string;
  at: number;
  amr: string[];
  passwordChangedAt?: number;
  isPasswordless?: boolean;
  sessionId?: string;
  directoryId?: string;
  networkPassword?: 'expired' | 'must-change';
};

export type Facts = {
  now: number;
  demands: Demands;
  /** The live session of this browser. */
  session?: { sessionId: string; userId: string; authenticatedAt: number; amr: string[] };
  /** What was proven for this pending request, not yet a session. */
  proven?: ProofFacts;
  /** Of the person who was proven, as it stands now. */
  password?: PasswordFacts;
  /** For whoever is known, by session or proof; left out when nobody is. */
  policy?: PolicyFacts;
  /** What the person has. Left out when the step cannot depend on it. */
  enrolled?: {
    factors: FactorKind[];
    /** Also one that cannot be used at this address. */
    holdsAny?: boolean;
    hasRecoveryCodes: boolean;
  };
  /** The edition of the company's terms that is asked for, and the latest that the person accepted; 0 is none. */
  terms?: { edition: number; accepted: number };
  /** This browser stands in for the person's second factor. */
  isRemembered?: boolean;
};

/** Of somebody who is known. */
type KnownFacts = Facts & { policy: PolicyFacts };

/** Whether the session is enough as a start, or a new proof was made for this request. */
export type Basis = 'session' | 'proof';

/** `identify`: nobody is known here; `password`: the person is known, and proves it once more; `done`: `by` says what satisfied the request. */
export type Step =
  | { step: 'identify' }
  | { step: 'password' }
  | { step: 'kept-out'; by: Basis; why: KeptOutReason }
  | { step: 'second-factor'; by: Basis; offers: ProofKind[] }
  | { step: 'enrol'; by: Basis; factors: FactorKind[] }
  | { step: 'new-password'; by: Basis; why: 'temporary' | 'expired' | 'policy' }
  | { step: 'network-password'; by: Basis; why: 'expired' | 'must-change' }
  | { step: 'terms'; by: Basis; edition: number }
  | { step: 'done'; by: Basis };

/** Half a sign-in is not left lying about: the next step has to be taken within this time. */
const proofLifetimeMs = 15 * 60 * 1000;

/** A factor is enrolled by who has just signed in, not by whoever finds an open browser. */
const enrolWithinMs = 10 * 60 * 1000;

/** Whether the methods are more than one factor (RFC 8176 `mfa`). */
export const isStrong = (amr: string[]): boolean => amr.includes('mfa');

/** The only place that knows what comes after what. */
export function nextStep(facts: Facts): Step {
  const by = basisOf(facts);
  const { policy } = facts;
  if (!by || !policy) return { step: facts.session ? 'password' : 'identify' };
  if (policy.keepsOut) return { step: 'kept-out', by, why: policy.keepsOut };
  const factor = factorStep({ ...facts, policy }, by);
  const proven = by === 'proof' ? facts.proven : undefined;
  // a refusal of the directory alone sets nothing up: the new password, which it has to accept, comes before that
  if (factor && !(factor.step === 'enrol' && proven?.networkPassword)) return factor;
  // only who has proven everything else may choose a password
  if (proven?.networkPassword) return { step: 'network-password', by, why: proven.networkPassword };
  if (proven && !proven.isPasswordless && !proven.directoryId && facts.password?.mustChange)
    return { step: 'new-password', by, why: facts.password.mustChange };
  if (facts.terms && facts.terms.accepted < facts.terms.edition) return { step: 'terms', by, edition: facts.terms.edition };
  return { step: 'done', by };
}

/** A proof for this request comes first; a session is enough while it is as fresh as the request asks. */
export function basisOf({
  now,
  demands,
  session,
  proven,
  password,
}: Pick<Facts, 'now' | 'demands' | 'session' | 'proven' | 'password'>): Basis | undefined {
  const fresh = (at: number) =>
    (demands.provenAfter === undefined || at >= demands.provenAfter) &&
    (demands.maxAgeSeconds === undefined || now - at <= demands.maxAgeSeconds * 1000);
  const holds =
    proven &&
    password?.changedAt === proven.passwordChangedAt &&
    (proven.sessionId === undefined || proven.sessionId === session?.sessionId) &&
    now - proven.at <= proofLifetimeMs;
  if (holds && fresh(proven.at)) return 'proof';
  return session && fresh(session.authenticatedAt) ? 'session' : undefined;
}

/** Strong, and by a kind that the policy takes. */
function satisfies(amr: string[], { factors }: PolicyFacts): boolean {
  const kinds = factorsIn(amr);
  return isStrong(amr) && (kinds.length === 0 || kinds.some((kind) => factors.includes(kind)));
}

const mustHave = ({ demands, policy }: Pick<KnownFacts, 'demands' | 'policy'>): boolean =>
  policy.demand !== 'off' && (demands.secondFactor === true || policy.demand === 'required');

function factorStep(facts: KnownFacts, by: Basis): Step | undefined {
  const { now, demands, policy, session, proven, enrolled, isRemembered } = facts;
  const amr = by === 'proof' ? proven!.amr : session!.amr;
  const held = enrolled?.factors ?? [];
  const holdsAny = enrolled?.holdsAny ?? held.length > 0;
  if (demands.heldFactor && holdsAny && !isStrong(amr)) return prove(held);
  if (policy.demand === 'off') return undefined; // the application hears honestly that there was one factor
  const allowed = held.filter((factor) => policy.factors.includes(factor));
  if (isStrong(amr)) {
    if (!mustHave(facts) || satisfies(amr, policy)) return undefined;
    // strong by a kind that is not taken here: one that is taken has to follow
    return allowed.length > 0 ? prove(allowed) : enrol();
  }
  // remembered for a kind that is still taken
  if (isRemembered && !demands.secondFactor && allowed.length > 0) return undefined;
  // a session that began before the person had a factor goes on until something demands one
  if (!mustHave(facts) && !(by === 'proof' && holdsAny)) return undefined;
  // whoever holds one proves it before anything else, be it only to enrol another: a password alone must not put a factor in its place
  if (holdsAny) return prove(allowed.length > 0 ? allowed : held);
  return enrol();

  function prove(factors: FactorKind[]): Step {
    const offers: ProofKind[] = enrolled?.hasRecoveryCodes ? [...factors, 'recovery-code'] : factors;
    return offers.length > 0 ? { step: 'second-factor', by, offers } : { step: 'kept-out', by, why: 'no-factor' };
  }
  function enrol(): Step {
    if (policy.factors.length === 0) return { step: 'kept-out', by, why: 'no-factor' };
    if (by === 'session' && now - session!.authenticatedAt > enrolWithinMs) return { step: 'password' };
    return { step: 'enrol', by, factors: policy.factors };
  }
}

/** Whether the step can depend on what the person has enrolled, so that the store is not asked for nothing. */
export function needsEnrolled(facts: Pick<KnownFacts, 'demands' | 'policy'>, by: Basis, amr: string[]): boolean {
  if (facts.demands.heldFactor && !isStrong(amr)) return true;
  if (facts.policy.demand === 'off' || satisfies(amr, facts.policy)) return false;
  return mustHave(facts) || (by === 'proof' && !isStrong(amr));
}
