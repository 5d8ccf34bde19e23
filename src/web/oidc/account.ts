import type { Account, Client, KoaContextWithOIDC } from 'oidc-provider';
import { decide, type Profile } from '../../domain/applications/access/index.ts';
import type { ClaimSettings } from '../../domain/applications/applications/index.ts';
import { type ClaimRequest, releasedClaims, wantsClaims } from '../../domain/applications/assertions/index.ts';
import type { ApplicationId } from '../../domain/scope.ts';
import { isStrong } from '../../domain/sign-in/authentication/index.ts';
import { findPolicyOf } from '../../domain/sign-in/sign-in-policy/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { requestStore } from './request-store.ts';

export const applicationIdOf = (client: Client): ApplicationId => client.application_id as ApplicationId;
export const claimSettingsOf = (client: Client | undefined): ClaimSettings => (client?.claim_settings ?? {}) as ClaimSettings;

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
export async function findAccount(
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  accountId: string,
  token?: unknown,
): Promise<Account | undefined> {
  const applicationId = ctx.oidc.client && applicationIdOf(ctx.oidc.client);
  const load = () => factsOf(op, ctx, accountId);
  let profile: Profile | undefined;
  if (token && applicationId) {
    const facts = await load();
    if (!decide(facts).allowed) return undefined;
    profile = facts.profile;
    if (!(await meetsPolicy(op, token as { amr?: string[] }, profile!, applicationId))) return undefined;
  }
  return {
    accountId,
    async claims(use, scope, asked) {
      const request: ClaimRequest = {
        into: use === 'userinfo' ? 'userinfo' : 'id_token',
        scopes: new Set(scope.split(' ')),
        asked: new Set(Object.keys(asked)),
      };
      const oidc = claimSettingsOf(ctx.oidc.client);
      if (!wantsClaims(oidc, request)) return { sub: accountId };
      profile ??= (await load()).profile;
      if (!profile) return { sub: accountId };
      return {
        ...(await releasedClaims(op.scope(), { applicationId: applicationId!, oidc }, profile, request, op.customFields)),
        sub: accountId,
      };
    },
  };
}

/** As they were read ahead, where they are of this person and application. */
export function factsOf({ services, context }: ContextProvider, { oidc: { client } }: KoaContextWithOIDC, accountId: string) {
  const ahead = requestStore.getStore()?.access;
  const isAhead = ahead?.accountId === accountId && ahead.clientId === client!.clientId;
  return isAhead ? ahead.facts : services.findAccess(context.contextId, accountId, applicationIdOf(client!));
}
