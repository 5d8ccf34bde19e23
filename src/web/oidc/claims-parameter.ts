import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { acrValues, wantsSecondFactor } from './acr.ts';

/** One claim of the parameter: null, or what is wanted of it (OpenID Connect Core §5.5.1). */
type Wish = { essential?: unknown; value?: unknown; values?: unknown } | null;
/** The `claims` parameter. Other members than these two are ignored (§5.5). */
type ClaimsParameter = { id_token?: Record<string, Wish>; userinfo?: Record<string, Wish> };

/** @returns an empty one where there is none, or none that can be read: the library refuses that */
function readClaimsParameter(claims: unknown): ClaimsParameter {
  try {
    const read: unknown = typeof claims === 'string' ? JSON.parse(claims) : undefined;
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
}

/** The names of all claims that are asked for, wherever they are to be told. */
export const claimsAsked = (params: Record<string, unknown> | undefined): string[] => {
  const { id_token, userinfo } = readClaimsParameter(params?.claims);
  return [...new Set([...Object.keys(id_token ?? {}), ...Object.keys(userinfo ?? {})])];
};

/** The values of `acr` of which the ID token must have one; none where any will do. */
export function acrDemanded(params: Record<string, unknown> | undefined): string[] {
  const wish = readClaimsParameter(params?.claims).id_token?.acr;
  return wish?.essential === true ? acrsOf(wish) : [];
}

/** By the parameter `acr_values`, or by a wish for the claim. */
export function asksForSecondFactor(params: Record<string, unknown> | undefined): boolean {
  const wanted = typeof params?.acr_values === 'string' ? params.acr_values.split(' ') : [];
  return wantsSecondFactor(wanted) || wantsSecondFactor(acrsOf(readClaimsParameter(params?.claims).id_token?.acr ?? {}));
}

const acrsOf = ({ value, values }: NonNullable<Wish>): string[] =>
  [value, ...(Array.isArray(values) ? values : [])].filter((one): one is string => typeof one === 'string');

const isWish = (value: unknown): boolean => value === null || (typeof value === 'object' && !Array.isArray(value));

/** Refuses what could not be understood, and a demand that no sign-in here can meet: the person would be asked for ever (OpenID Connect Core §5.5.1.1). */
export function checkClaimsParameter(_ctx: KoaContextWithOIDC, claims: ClaimsParameter): void {
  for (const [member, wishes] of Object.entries({ id_token: claims.id_token, userinfo: claims.userinfo }))
    for (const [name, wish] of Object.entries(wishes ?? {}))
      if (!isWish(wish)) throw new errors.InvalidRequest(`claims.${member}.${name} should be null or an object`);
  const acr = claims.id_token?.acr;
  if (acr?.values !== undefined && !Array.isArray(acr.values))
    throw new errors.InvalidRequest('claims.id_token.acr.values should be an array');
  if (acr?.essential !== true || (acr.value === undefined && acr.values === undefined)) return;
  const known: string[] = Object.values(acrValues);
  if (!acrsOf(acr).some((one) => known.includes(one)))
    throw new errors.UnmetAuthenticationRequirements(`no sign-in has the acr that is essential: there are ${known.join(' and ')}`);
}
