import type { Account, AccountClaims, Client, KoaContextWithOIDC } from 'oidc-provider';
import { decide, type Profile } from '../../domain/applications/access/index.ts';
import type { OidcSettings } from '../../domain/applications/applications/index.ts';
import { mappedClaims } from '../../domain/applications/assertions/index.ts';
import { groupNamesOf } from '../../domain/people/groups/index.ts';
import { fullName } from '../../domain/people/users/index.ts';
import type { ApplicationId } from '../../domain/scope.ts';
import { isStrong } from '../../domain/sign-in/authentication/index.ts';
import { findPolicyOf } from '../../domain/sign-in/sign-in-policy/index.ts';
import { epochSeconds } from '../../platform/clock/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { requestStore } from './request-store.ts';

/** Which claims a scope releases (OpenID Connect Core §5.4). */
export const claimsByScope = {
  openid: ['sub', 'acr', 'amr', 'auth_time', 'sid'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
};

export const applicationIdOf = (client: Client): ApplicationId => client.application_id as ApplicationId;

/**
 * A company that now demands a second factor demands it of refresh tokens, too: the application has to send the person to sign in again. Access tokens do not say how
 * somebody signed in, and last minutes. A browser may be remembered instead of the factor; then a token of one factor is what was agreed.
 */
async function meetsPolicy(
  op: ContextProvider,
  { amr }: { amr?: string[] },
  person: Profile,
  applicationId: ApplicationId,
): Promise<boolean> {
  if (amr === undefined || isStrong(amr)) return true;
  const { secondFactor } = await findPolicyOf(op.scope(), await op.services.findPolicy(op.context.contextId), person, applicationId);
  return secondFactor.demand !== 'required' || secondFactor.rememberDays > 0;
}

/**
 * The provider's `findAccount`. With a token in hand (code exchange, refresh, userinfo) it asks the access decision first, so that a blocked person or a withdrawn
 * assignment bites at once; at the authorization endpoint the interaction policy asks.
 */
export function createFindAccount(op: ContextProvider) {
  const { services, context } = op;
  return async (ctx: KoaContextWithOIDC, accountId: string, token?: unknown): Promise<Account | undefined> => {
    const applicationId = ctx.oidc.client && applicationIdOf(ctx.oidc.client);
    const ahead = requestStore.getStore()?.access;
    const isAhead = ahead?.accountId === accountId && ahead.clientId === ctx.oidc.client?.clientId;
    const load = () => (isAhead ? ahead.facts : services.findAccess(context.contextId, accountId, applicationId!));
    let profile: Profile | undefined;
    if (token && applicationId) {
      const facts = await load();
      if (!decide(facts).allowed) return undefined;
      profile = facts.profile;
      if (!(await meetsPolicy(op, token as { amr?: string[] }, profile!, applicationId))) return undefined;
    }
    return {
      accountId,
      async claims(_use, requestedScope) {
        const scopes = new Set(requestedScope.split(' '));
        if (!scopes.has('profile') && !scopes.has('email') && !scopes.has('groups')) return { sub: accountId };
        profile ??= (await load()).profile;
        if (!profile) return { sub: accountId };
        const mapped = scopes.has('profile') ? (ctx.oidc.client?.mapped_claims as OidcSettings['claims']) : undefined;
        return {
          ...(mapped ? await mappedClaims(op.scope(), profile, mapped) : {}),
          ...presentClaims(profile, scopes.has('groups') ? await groupNamesOf(op.scope(), profile.userId) : undefined),
        };
      },
    };
  };
}

function presentClaims(user: Profile, groups: string[] | undefined): AccountClaims {
  return {
    sub: user.userId,
    name: fullName(user),
    given_name: user.firstName || undefined,
    family_name: user.lastName || undefined,
    preferred_username: user.username ?? user.email,
    locale: user.locale,
    updated_at: epochSeconds(user.updatedAt),
    ...(user.email ? { email: user.email, email_verified: user.emailVerified } : {}),
    groups,
  };
}
