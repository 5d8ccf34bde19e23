// Owns: how strict a context is about signing in. Does not: enforce it (authentication, credentials and sessions ask).
import type { Scope } from '../scope.ts';

export type SignInPolicy = {
  /** S37: failed attempts before a person is Blocked. */
  failedAttemptLimit: number;
  /** After this time without a failure the count starts again. */
  attemptDecaySeconds: number;
  sessionIdleSeconds: number;
  sessionLifetimeSeconds: number;
  passwordMinLength: number;
  passwordMaxLength: number;
};

export const defaultSignInPolicy: SignInPolicy = {
  failedAttemptLimit: 5,
  attemptDecaySeconds: 15 * 60,
  sessionIdleSeconds: 2 * 3600,
  sessionLifetimeSeconds: 12 * 3600,
  passwordMinLength: 12,
  passwordMaxLength: 128,
};

/** The same for every context for now: the argument is there because callers must not know that. */
export const getSignInPolicy = (_scope: Pick<Scope, 'contextId'>): SignInPolicy => defaultSignInPolicy;
