import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { epochSeconds } from '../../platform/clock/index.ts';
import { apiScopesAsked } from './apis.ts';
import { mayKnow } from './consent.ts';
import type { ContextProvider } from './context-provider.ts';
import { clientSeconds } from './lifetimes.ts';
import { accessVerdict, grantId, ownSession } from './own-session.ts';

type Grant = InstanceType<Provider['Grant']>;

/** The company has granted its applications what they ask for: a grant is made, or widened, without asking the person; a third party's, once the person agreed. */
export async function loadGrant(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { session, client, provider, params } = ctx.oidc;
  const own = await ownSession(op, ctx);
  if (!own || own.userId !== session!.accountId || !(await accessVerdict(op, ctx)).allowed) return undefined;
  if (!(await mayKnow(op, ctx, own.userId))) return undefined;
  const { clientId } = client!;
  const known = session!.grantIdFor(clientId);
  const found = known ? await provider.Grant.find(known) : undefined;
  const wanted = [...ctx.oidc.requestParamOIDCScopes].join(' ');
  const claims = [...ctx.oidc.requestParamClaims];
  const asks = await apiScopesAsked(op, client!, params, own.userId);
  const seconds = clientSeconds(client, 'grant_seconds');
  // counted from the last sign-in to the application; that of a moment ago will do
  const isFresh = found && Math.abs(found.exp! - epochSeconds(op.services.clock.now()) - seconds) < seconds / 10;
  if (isFresh && coversAll(found, wanted, claims, asks)) return found;
  const jti = grantId(op, own, clientId);
  const grant = found ?? (await provider.Grant.find(jti)) ?? new provider.Grant({ jti, accountId: session!.accountId!, clientId } as never);
  if (!session!.sidFor(clientId)) session!.sidFor(clientId, op.derivedId('oidc-sid', jti));
  grant.addOIDCScope(wanted);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const { identifier, names } of asks) grant.addResourceScope(identifier, names.join(' '));
  Object.assign(grant, { exp: undefined, expiresIn: seconds });
  await grant.save();
  return grant;
}

function coversAll(grant: Grant, wanted: string, claims: string[], asks: Awaited<ReturnType<typeof apiScopesAsked>>): boolean {
  const covers = (granted: string, names: string[]) => names.every((one) => granted.split(' ').includes(one));
  return (
    covers(grant.getOIDCScope(), wanted.split(' ')) &&
    claims.every((one) => grant.getOIDCClaims().includes(one)) &&
    asks.every(({ identifier, names }) => covers(grant.getResourceScope(identifier), names))
  );
}
