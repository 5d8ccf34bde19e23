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

type Owner = { userId: string; sessionId: string };
type State = { ownSession?: Promise<Session | undefined> };

/** Our live session of this request's browser, looked up once. */
export function ownSession(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<Session | undefined> {
  const state = ctx.state as State;
  state.ownSession ??= findSession(op, ctx);
  return state.ownSession;
}

async function findSession(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<Session | undefined> {
  const token = readCookie(ctx.get('cookie'), op.cookieNames.session);
  if (!token) return undefined;
  const key = op.holderKey('session', token);
  const holder = op.caches.holders.get(key);
  // in one message with the session; should it have ended, nobody asks for what was read beside it
  const ahead = holder && readAhead(op, ctx, { userId: holder.userId, sessionId: holder.of });
  const [session] = await Promise.all([op.services.findSession(op.context.contextId, token), ahead]);
  if (!session || holder) return session;
  op.caches.holders.set(key, { userId: session.userId, of: session.sessionId });
  await readAhead(op, ctx, session);
  return session;
}

/** May the session's person open this client's application? Decided once for each request. */
export async function accessVerdict(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<AccessVerdict> {
  return decide(await readAccess(op, ctx.oidc.session!.accountId!, ctx.oidc.client!).facts);
}

/** The facts of the access decision: loaded once per request, as soon as the person is known. */
export function readAccess({ services, context }: ContextProvider, accountId: string, client: Client): ReadAccess {
  const store = requestStore.getStore();
  const { clientId } = client;
  if (store?.access?.accountId === accountId && store.access.clientId === clientId) return store.access;
  const access: ReadAccess = { accountId, clientId, facts: services.findAccess(context.contextId, accountId, applicationIdOf(client)) };
  access.facts.catch(() => {}); // whoever waits for it sees the failure
  if (store) store.access = access;
  return access;
}

/** The id of the one grant of a session and a client, however many tabs ask at once. */
export const grantId = (op: ContextProvider, own: Owner, clientId: string): string =>
  op.derivedId('oidc-grant', `${own.sessionId} ${clientId}`);

const librarySessionId = (op: ContextProvider, { sessionId }: Owner): string => op.derivedId('oidc-session', sessionId);

/** Our session as the library's follows it. The id derives from ours, so that two tabs share it from their first request. */
export async function followedSession(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<FollowedSession | undefined> {
  const own = await ownSession(op, ctx);
  if (!own) return undefined;
  return {
    jti: librarySessionId(op, own),
    uid: own.sessionId,
    accountId: own.userId,
    loginTs: epochSeconds(own.authenticatedAt),
    amr: own.amr,
    acr: acrOf(own.amr),
    lastsSeconds: epochSeconds(own.expiresAt) - epochSeconds(op.services.clock.now()),
  };
}

/** Begins to read what an authorization asks next, beside its session: whether the person may, the grant, and the library's own session. */
async function readAhead(op: ContextProvider, ctx: KoaContextWithOIDC, own: Owner): Promise<void> {
  const clientId = ctx.query?.client_id;
  const client =
    typeof clientId === 'string' && ctx.oidc?.route === 'authorization'
      ? await op.provider.Client.find(clientId).catch(() => undefined)
      : undefined;
  if (!client) return;
  readAccess(op, own.userId, client);
  findAhead(op, 'Grant', grantId(op, own, client.clientId));
  findAhead(op, 'Session', librarySessionId(op, own));
}

function findAhead({ services, context }: ContextProvider, kind: string, id: string): void {
  const found = services.artifacts.find(context.contextId, kind, id).then((one) => one && { ...one.payload, jti: id });
  found.catch(() => {}); // whoever waits for it sees the failure
  requestStore.getStore()?.readAhead.set(`${kind} ${id}`, found);
}
