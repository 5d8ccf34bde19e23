import { type Facts, nextStep, type Step } from '../../sign-in/authentication/index.ts';
import { type FactorKind, factorKinds, type ProofKind } from '../../sign-in/credentials/factors/index.ts';

/** What a proof of each kind brings (RFC 8176), for a sign-in that is only thought of. */
export const methodsOf: Record<ProofKind, string[]> = {
  totp: ['otp', 'mfa'],
  passkey: ['hwk', 'user', 'mfa'],
  'recovery-code': ['mfa'],
};

/** More steps than a sign-in has. */
const most = 12;

/**
 * Asks `nextStep` again and again, each time as if what it asked for had been given: all that a person would be asked for, in order.
 * @param facts as they are once the person has proven who they are; of who is signed in already, as they are
 */
export function runJourney(facts: Facts): Step[] {
  const first = nextStep(beforeProof(facts));
  const isAsked = first.step === 'identify' || first.step === 'password';
  const steps: Step[] = isAsked ? [first] : [];
  let now: Facts = isAsked ? facts : beforeProof(facts);
  while (steps.length < most) {
    const step = nextStep(now);
    steps.push(step);
    if (['identify', 'password', 'kept-out', 'done'].includes(step.step)) break;
    now = answered(now, step);
  }
  return steps;
}

/** Nobody has proven anything for this request: what is known is known by the session. */
const beforeProof = (facts: Facts): Facts => ({ ...facts, proven: undefined, policy: facts.session && facts.policy });

function answered(facts: Facts, step: Step): Facts {
  switch (step.step) {
    case 'second-factor':
      return withMethods(facts, step.offers.find((offer) => offer !== 'recovery-code') ?? 'recovery-code');
    case 'enrol': {
      const kind = step.factors[0]!;
      const factors = [...new Set<FactorKind>([...(facts.enrolled?.factors ?? []), kind])];
      return withMethods({ ...facts, enrolled: { factors, holdsAny: true, hasRecoveryCodes: true } }, kind);
    }
    case 'network-password':
      return { ...facts, proven: facts.proven && { ...facts.proven, networkPassword: undefined } };
    case 'new-password':
      return { ...facts, password: facts.password && { ...facts.password, mustChange: undefined } };
    case 'terms':
      return { ...facts, terms: { edition: step.edition, accepted: step.edition } };
    default:
      return facts;
  }
}

/** As a proof for this request, also where it adds to the session. */
function withMethods(facts: Facts, kind: ProofKind): Facts {
  const { now, session, password } = facts;
  const before = facts.proven ?? {
    userId: session!.userId,
    at: now,
    amr: session!.amr,
    passwordChangedAt: password?.changedAt,
    isPasswordless: true,
    sessionId: session!.sessionId,
  };
  return { ...facts, proven: { ...before, amr: [...new Set([...before.amr, ...methodsOf[kind]])] } };
}

export const isFactor = (kind: string): kind is FactorKind => (factorKinds as string[]).includes(kind);
