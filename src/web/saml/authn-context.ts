import { type AuthnRequest, authnContext } from '../../platform/saml/index.ts';

/** How strongly a class proves the person, weakest first; what one sign-in satisfies are its own class and all weaker ones. */
const strength: Record<string, number> = {
  [authnContext.unspecified]: 0,
  [authnContext.password]: 1,
  [authnContext.passwordProtectedTransport]: 2,
  [authnContext.mfa]: 3,
  [authnContext.microsoftMfa]: 3,
};

/** What a session with these methods (RFC 8176) can state. */
const strengthOf = (amr: string[]): number => (amr.includes('mfa') ? 3 : amr.includes('pwd') ? 2 : 0);

/** The request can be met with a second factor, and not without. */
export const needsSecondFactor = (requested: AuthnRequest['requestedAuthnContext']): boolean =>
  chooseAuthnContext(requested, ['pwd']) === undefined && chooseAuthnContext(requested, ['pwd', 'mfa']) !== undefined;

/** The class to state for this session (core §3.3.2.2.1, all comparisons). @returns undefined when none fits: the protocol says NoAuthnContext */
export function chooseAuthnContext(requested: AuthnRequest['requestedAuthnContext'], amr: string[]): string | undefined {
  const reached = strengthOf(amr);
  const byStrength = (wanted: number) => Object.keys(strength).find((name) => strength[name] === wanted)!;
  if (!requested) return byStrength(reached);
  const known = requested.classes.filter((name) => Object.hasOwn(strength, name));
  const levels = known.map((name) => strength[name]!);
  switch (requested.comparison) {
    case 'exact':
      return known.find((name) => strength[name]! <= reached);
    case 'minimum':
      return levels.some((level) => reached >= level) ? byStrength(reached) : undefined;
    case 'maximum': {
      // as strong as possible, without being stronger than at least one of them
      const highest = Math.max(-1, ...levels.map((level) => Math.min(level, reached)));
      return highest < 0 ? undefined : byStrength(highest);
    }
    case 'better':
      return levels.length > 0 && levels.length === requested.classes.length && levels.every((level) => reached > level)
        ? byStrength(reached)
        : undefined;
  }
}
