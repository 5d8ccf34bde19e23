import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { type AccessVerdict, decide } from '../../domain/applications/access/index.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import { epochSeconds } from '../../platform/clock/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { cookieNames, type ResolvedContext, type Services } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { acrOf } from './acr.ts';
import { type ReadAccess, requestStore } from './adapter.ts';
import type { FollowedSession } from './library/index.ts';

type State = { ownSession?: Promise<Session | undefined> };

/** Our live session of this request's browser, looked up once. */
export function ownSession(ctx: KoaContextWithOIDC, services: Services, context: ResolvedContext): Promise<Session | undefined> {
  const state = ctx.state as State;
  state.ownSession ??= services.findSession(context.contextId, readCookie(ctx.get('cookie'), cookieNames(context).session));
  return state.ownSession;
}

/** May the session's person open this client's application? Decided once for each request. */
export async function accessVerdict(ctx: KoaContextWithOIDC, services: Services, context: ResolvedContext): Promise<AccessVerdict> {
  return decide(await readAccess(services, context, ctx.oidc.session!.accountId!, ctx.oidc.client!).facts);
}

function readAccess(services: Services, context: ResolvedContext, accountId: string, client: Client): ReadAccess {
  const store = requestStore.getStore();
  const { clientId } = client;
  if (store?.access?.accountId === accountId && store.access.clientId === clientId) return store.access;
  const access: ReadAccess = { accountId, clientId, facts: services.findAccess(context.contextId, accountId, applicationIdOf(client)) };
  access.facts.catch(() => {}); // whoever waits for it sees the failure
  if (store) store.access = access;
  return access;
}

/** The id of the one grant of a session and a client, however many tabs ask at once. */
export const grantId = (services: Services, own: Session, clientId: string): string =>
  derivedId(services, 'oidc-grant', `${own.sessionId} ${clientId}`);

/** Our session as the library's follows it. The id derives from ours, so that two tabs share it from their first request. */
export async function followedSession(
  ctx: KoaContextWithOIDC,
  services: Services,
  context: ResolvedContext,
): Promise<FollowedSession | undefined> {
  const own = await ownSession(ctx, services, context);
  if (!own) return undefined;
  await readAhead(ctx, services, context, own);
  return {
    jti: derivedId(services, 'oidc-session', own.sessionId),
    uid: own.sessionId,
    accountId: own.userId,
    loginTs: epochSeconds(own.authenticatedAt),
    amr: own.amr,
    acr: acrOf(own.amr),
  };
}

/** Begins to read what an authorization asks next, beside its session: whether the person may, and the grant. */
async function readAhead(ctx: KoaContextWithOIDC, services: Services, context: ResolvedContext, own: Session): Promise<void> {
  const clientId = ctx.query?.client_id;
  const client =
    typeof clientId === 'string' && ctx.oidc?.route === 'authorization'
      ? await ctx.oidc.provider.Client.find(clientId).catch(() => undefined)
      : undefined;
  if (!client) return;
  readAccess(services, context, own.userId, client);
  const id = grantId(services, own, client.clientId);
  const grant = services.artifacts.find(context.contextId, 'Grant', id).then((found) => found && { ...found.payload, jti: id });
  grant.catch(() => {}); // whoever waits for it sees the failure
  requestStore.getStore()?.readAhead.set(`Grant ${id}`, grant);
}

/** The same in every process and tab, and nothing anybody could guess: grants and session ids of parallel requests meet instead of replacing each other. */
export const derivedId = (services: Services, kind: string, of: string): string => services.keyRing.fingerprint(of, kind)[0]!;
