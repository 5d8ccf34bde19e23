import type { Configuration } from 'oidc-provider';
import {
  isPersonClaim,
  type listMappedClaims,
  riders,
  type StandardClaim,
  standardClaims,
} from '../../domain/applications/applications/index.ts';
import { releasedClaims, wantsClaims } from '../../domain/applications/assertions/index.ts';
import { type CustomField, fieldClaims } from '../../domain/company/custom-fields/index.ts';
import { applicationIdOf, claimSettingsOf, factsOf } from './account.ts';
import type { ContextProvider } from './context-provider.ts';

type Mapped = Awaited<ReturnType<typeof listMappedClaims>>;

/** What an ID token says of the sign-in itself. */
const ofSignIn = ['sub', 'acr', 'amr', 'auth_time', 'sid'];

/**
 * What the library knows of claims: their names, and the scopes. It lets through whatever an account says; which claim an application is told, where and with which
 * scope, is its own settings' business (assertions), and the library has one table for all applications.
 */
export function announcedClaims(mapped: Mapped, customFields: CustomField[]): { scopes: string[]; claims: { openid: string[] } } {
  const filled = customFields.flatMap(({ claim }) => (claim ? [claim] : []));
  const names = new Set<string>(Object.keys(standardClaims).filter((name) => isPersonClaim(name as StandardClaim)));
  for (const claim of filled) names.add(claim.split('.')[0]!);
  for (const [rider, base] of Object.entries(riders)) if (names.has(base)) names.add(rider);
  const scopes = new Set<string>([
    'openid',
    'profile',
    'email',
    'groups',
    'offline_access',
    ...filled.map((claim) => fieldClaims[claim]),
    ...mapped.scopes,
  ]);
  return { scopes: [...scopes], claims: { openid: [...new Set([...ofSignIn, ...names, ...mapped.names, 'claims_overage'])] } };
}

/** What an access token says of its person, to the API that reads it or asks about it (RFC 9068 §2.2.3, RFC 7662 §2.2): only what the application is configured to pass on. */
export async function claimsOfAccessToken(
  op: ContextProvider,
  ...[ctx, token]: Parameters<NonNullable<Configuration['extraTokenClaims']>>
) {
  if (token.kind !== 'AccessToken') return undefined;
  const client = ctx.oidc.client!;
  // a token for an API has that API's scopes: what this request was granted of the person stands in what it is bought with
  const { AuthorizationCode, RefreshToken, DeviceCode } = ctx.oidc.entities;
  const scopes = (token.resourceServer ? (AuthorizationCode ?? RefreshToken ?? DeviceCode)?.scope : token.scope) ?? '';
  const request = { into: 'access_token', scopes: new Set(scopes.split(' ')) } as const;
  const oidc = claimSettingsOf(client);
  if (!wantsClaims(oidc, request)) return undefined;
  const { profile } = await factsOf(op, ctx, token.accountId);
  return profile && (await releasedClaims(op.scope(), { applicationId: applicationIdOf(client), oidc }, profile, request, op.customFields));
}
