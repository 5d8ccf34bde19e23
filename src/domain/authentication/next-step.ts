import type { SecondFactor, SecondFactorDemand } from '../sign-in-policy/index.ts';

/** What the relying party asks of the sign-in, in protocol-free words. */
export type Demands = {
  /** A proof made after this instant, in ms since the epoch (OIDC prompt=login, SAML ForceAuthn). */
  provenAfter?: number;
  /** The proof may be at most so old (OIDC max_age), in seconds. */
  maxAgeSeconds?: number;
  /** With a second factor, whatever the policy says (acr_values, RequestedAuthnContext). */
  secondFactor?: boolean;
};

/** The password in force. `changedAt` in ms since the epoch. `mustChange` says why. */
export type PasswordFacts = { changedAt: number; mustChange?: 'temporary' | 'expired' | 'policy' };

/** Of the policy for this person and application, what decides about steps. */
export type PolicyFacts = { demand: SecondFactorDemand; factors: SecondFactor[]; keepsOut?: 'network' | 'hours' };

/** Methods by RFC 8176. `at` in ms since the epoch. `passwordChangedAt` is missing when no password was asked for (a passkey alone). */
export type ProofFacts = { userId: string; at: number; amr: string[]; passwordChangedAt?: number };

export type Facts = {
  now: number;
  demands: Demands;
  /** The live session of this browser. */
  session?: { userId: string; authenticatedAt: number; amr: string[] };
  /** What was proven for this pending request, not yet a session. */
  proven?: ProofFacts;
  /** Of the person who was proven, as it stands now. */
  password?: PasswordFacts;
  /** For whoever is known, by session or proof. */
  policy: PolicyFacts;
  /** What the person has. Left out when the step cannot depend on it. */
  enrolled?: { factors: SecondFactor[]; hasRecoveryCodes: boolean };
  /** This browser stands in for the person's second factor. */
  isRemembered?: boolean;
};

export type Offer = SecondFactor | 'recovery-code';

/** Whether the session is enough as a start, or a new proof was made for this request. */
export type Basis = 'session' | 'proof';

/** `password`: name and password together; `done`: `by` says what satisfied the request. */
export type Step =
  | { step: 'password' }
  | { step: 'kept-out'; why: 'network' | 'hours' | 'no-factor' }
  | { step: 'second-factor'; by: Basis; offers: Offer[] }
  | { step: 'enrol'; by: Basis; factors: SecondFactor[] }
  | { step: 'new-password'; why: 'temporary' | 'expired' | 'policy' }
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
  if (!by) return { step: 'password' };
  if (facts.policy.keepsOut) return { step: 'kept-out', why: facts.policy.keepsOut };
  const factor = factorStep(facts, by);
  if (factor) return factor;
  // only who has proven everything else may choose a password
  if (by === 'proof' && facts.proven!.passwordChangedAt !== undefined && facts.password?.mustChange)
    return { step: 'new-password', why: facts.password.mustChange };
  return { step: 'done', by };
}

/** A proof for this request comes first; a session is enough while it is as fresh as the request asks. */
function basisOf({ now, demands, session, proven, password }: Facts): Basis | undefined {
  const fresh = (at: number) =>
    (demands.provenAfter === undefined || at >= demands.provenAfter) &&
    (demands.maxAgeSeconds === undefined || now - at <= demands.maxAgeSeconds * 1000);
  const holds =
    proven &&
    (proven.passwordChangedAt === undefined || password?.changedAt === proven.passwordChangedAt) &&
    now - proven.at <= proofLifetimeMs;
  if (holds && fresh(proven.at)) return 'proof';
  return session && fresh(session.authenticatedAt) ? 'session' : undefined;
}

function factorStep({ now, demands, policy, session, proven, enrolled, isRemembered }: Facts, by: Basis): Step | undefined {
  if (policy.demand === 'off') return undefined; // the application hears honestly that there was one factor
  const held = enrolled?.factors ?? [];
  const allowed = held.filter((factor) => policy.factors.includes(factor));
  const mustHave = demands.secondFactor || policy.demand === 'required';
  if (isStrong(by === 'proof' ? proven!.amr : session!.amr)) {
    // strong by a factor that the policy no longer takes: one that it takes has to follow
    return mustHave && enrolled && allowed.length === 0 ? enrol() : undefined;
  }
  if (isRemembered && !demands.secondFactor) return undefined;
  // a session that began before the person had a factor goes on until something demands one
  const isAsked = mustHave || (by === 'proof' && held.length > 0);
  if (!isAsked) return undefined;
  // whoever holds one proves it before anything else, be it only to enrol another: a password alone must not put a factor in its place
  if (held.length > 0)
    return {
      step: 'second-factor',
      by,
      offers: [...(allowed.length > 0 ? allowed : held), ...(enrolled?.hasRecoveryCodes ? ['recovery-code' as const] : [])],
    };
  return enrol();

  function enrol(): Step {
    if (policy.factors.length === 0) return { step: 'kept-out', why: 'no-factor' };
    if (by === 'session' && now - session!.authenticatedAt > enrolWithinMs) return { step: 'password' };
    return { step: 'enrol', by, factors: policy.factors };
  }
}

/** Whether the step can depend on what the person has enrolled, so that nobody asks the store in vain. */
export const needsEnrolled = ({ demands, policy, session, proven }: Pick<Facts, 'demands' | 'policy' | 'session' | 'proven'>): boolean =>
  policy.demand !== 'off' &&
  (proven !== undefined ||
    demands.secondFactor === true ||
    (policy.demand === 'required' && session !== undefined && !isStrong(session.amr)));
