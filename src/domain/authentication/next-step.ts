/** What the relying party asks of the sign-in, in protocol-free words. */
export type Demands = {
  /** A proof made after this instant, in ms since the epoch (OIDC prompt=login, SAML ForceAuthn). */
  provenAfter?: number;
  /** The proof may be at most so old (OIDC max_age), in seconds. */
  maxAgeSeconds?: number;
};

/** The password in force. `changedAt` in ms since the epoch. */
export type PasswordFacts = { mustChange: boolean; changedAt: number };

export type Facts = {
  now: number;
  demands: Demands;
  /** The live session of this browser. */
  session?: { userId: string; authenticatedAt: number };
  /** What was proven for this pending request, not yet a session. */
  proven?: { userId: string; at: number; passwordChangedAt: number };
  /** Of the person who was proven, as it stands now. */
  password?: PasswordFacts;
};

/** Half a sign-in is not left lying about: the next step has to be taken within this time. */
const proofLifetimeMs = 15 * 60 * 1000;

/** `password`: name and password together; `done`: `by` says what satisfied the request. */
export type Step = { step: 'password' } | { step: 'new-password' } | { step: 'done'; by: 'session' | 'proof' };

/** The only place that knows what comes after what. */
export function nextStep({ now, demands, session, proven, password }: Facts): Step {
  const fresh = (at: number) =>
    (demands.provenAfter === undefined || at >= demands.provenAfter) &&
    (demands.maxAgeSeconds === undefined || now - at <= demands.maxAgeSeconds * 1000);
  const holds = proven && password?.changedAt === proven.passwordChangedAt && now - proven.at <= proofLifetimeMs;
  if (holds && fresh(proven.at)) return password.mustChange ? { step: 'new-password' } : { step: 'done', by: 'proof' };
  if (session && fresh(session.authenticatedAt)) return { step: 'done', by: 'session' };
  return { step: 'password' };
}
