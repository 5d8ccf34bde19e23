import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { type AccessVerdict, decide } from '../../domain/applications/access/index.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import { epochSeconds } from '../../platform/clock/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { applicationIdOf } from './account.ts';
import { acrOf } from './acr.ts';
import type { ContextProvider } from './context-provider.ts';
import type { FollowedSession } from './library/index.ts';
import { type ReadAccess, requestStore } from './request-store.ts';

type State = { ownSession?: Promise<Session | undefined> };

/** Our live session of this request's browser, looked up once. */
export function ownSession(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<Session | undefined> {
  const state = ctx.state as State;
  state.ownSession ??= op.services.findSession(op.context.contextId, readCookie(ctx.get('cookie'), op.cookieNames.session));
  return state.ownSession;
}

/** May the session's person open this client's application? Decided once for each request. */
export async function accessVerdict(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<AccessVerdict> {
  return decide(await readAccess(op, ctx.oidc.session!.accountId!, ctx.oidc.client!).facts);
}

function readAccess({ services, context }: ContextProvider, accountId: string, client: Client): ReadAccess {
  const store = requestStore.getStore();
  const { clientId } = client;
  if (store?.access?.accountId === accountId && store.access.clientId === clientId) return store.access;
  const access: ReadAccess = { accountId, clientId, facts: services.findAccess(context.contextId, accountId, applicationIdOf(client)) };
  access.facts.catch(() => {}); // whoever waits for it sees the failure
  if (store) store.access = access;
  return access;
}

/** The id of the one grant of a session and a client, however many tabs ask at once. */
export const grantId = (op: ContextProvider, own: Session, clientId: string): string =>
  op.derivedId('oidc-grant', `${own.sessionId} ${clientId}`);

/** Our session as the library's follows it. The id derives from ours, so that two tabs share it from their first request. */
export async function followedSession(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<FollowedSession | undefined> {
  const own = await ownSession(op, ctx);
  if (!own) return undefined;
  await readAhead(op, ctx, own);
  return {
    jti: op.derivedId('oidc-session', own.sessionId),
    uid: own.sessionId,
    accountId: own.userId,
    loginTs: epochSeconds(own.authenticatedAt),
    amr: own.amr,
    acr: acrOf(own.amr),
    lastsSeconds: epochSeconds(own.expiresAt) - epochSeconds(op.services.clock.now()),
  };
}

/** Begins to read what an authorization asks next, beside its session: whether the person may, and the grant. */
async function readAhead(op: ContextProvider, ctx: KoaContextWithOIDC, own: Session): Promise<void> {
  const clientId = ctx.query?.client_id;
  const client =
    typeof clientId === 'string' && ctx.oidc?.route === 'authorization'
      ? await op.provider.Client.find(clientId).catch(() => undefined)
      : undefined;
  if (!client) return;
  readAccess(op, own.userId, client);
  const id = grantId(op, own, client.clientId);
  const grant = op.services.artifacts.find(op.context.contextId, 'Grant', id).then((found) => found && { ...found.payload, jti: id });
  grant.catch(() => {}); // whoever waits for it sees the failure
  requestStore.getStore()?.readAhead.set(`Grant ${id}`, grant);
}
