import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { apiScopesAsked } from './apis.ts';
import { mayKnow } from './consent.ts';
import type { ContextProvider } from './context-provider.ts';
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
  const asks = await apiScopesAsked(op, client!, params, own.userId);
  const covers = (granted: string, names: string) => names.split(' ').every((one) => granted.split(' ').includes(one));
  if (
    found &&
    covers(found.getOIDCScope(), wanted) &&
    asks.every(({ identifier, names }) => covers(found.getResourceScope(identifier), names.join(' ')))
  )
    return found;
  const jti = grantId(op, own, clientId);
  const grant = found ?? (await provider.Grant.find(jti)) ?? new provider.Grant({ jti, accountId: session!.accountId!, clientId } as never);
  if (!session!.sidFor(clientId)) session!.sidFor(clientId, op.derivedId('oidc-sid', jti));
  grant.addOIDCScope(wanted);
  for (const { identifier, names } of asks) grant.addResourceScope(identifier, names.join(' '));
  await grant.save();
  return grant;
}
