import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type AccessVerdict, decide } from '../../domain/applications/access/index.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import { epochSeconds } from '../../platform/clock/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { cookieNames, type ResolvedContext, type Services } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { acrOf } from './acr.ts';
import { type ReadAccess, requestStore } from './adapter.ts';

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

type ProviderSession = InstanceType<Provider['Session']> & { jti?: string; loginTs?: number; acr?: string; touched?: boolean };

type SessionModel = {
  get(ctx: KoaContextWithOIDC): Promise<ProviderSession>;
  find(id: string): Promise<ProviderSession | undefined>;
  instantiate(payload: object): ProviderSession;
  prototype: { resetIdentifier(): void; persist(): Promise<unknown>; save(ttl: number): Promise<unknown>; exp?: number };
};

const lifetimeSeconds = 12 * 3600;

/**
 * Makes the provider's session follow ours wherever it is loaded: absent when ours is absent or ended, and always of our session's person, time and id. Its own id
 * derives from ours, so that two tabs share it from their first request. So there is one sign-in for both protocols, `prompt=none` sees a sign-in made at the
 * Launchpad, and ending ours ends every token bound to it.
 */
export function followOwnSession(provider: Provider, services: Services, context: ResolvedContext): void {
  const model = provider.Session as unknown as SessionModel;
  const load = model.get.bind(model);
  model.get = async (ctx) => {
    const own = await ownSession(ctx, services, context);
    let session: ProviderSession;
    if (own) {
      const jti = derivedId(services, 'oidc-session', own.sessionId);
      const loginTs = epochSeconds(own.authenticatedAt);
      const found = model.find(jti);
      await readAhead(ctx, own);
      session = (await found) ?? model.instantiate({ jti });
      if (
        session.uid !== own.sessionId ||
        session.accountId !== own.userId ||
        session.loginTs !== loginTs ||
        session.acr !== acrOf(own.amr)
      ) {
        Object.assign(session, { uid: own.sessionId, accountId: own.userId, loginTs, amr: own.amr, acr: acrOf(own.amr) });
      }
    } else {
      // nobody is signed in: it only carries the forgery token of a page
      const found = await load(ctx);
      session = found.accountId ? model.instantiate({}) : found;
    }
    ctx.oidc?.entity('Session', session);
    return session;
  };
  /** Begins to read what an authorization asks next, beside its session: whether the person may, and the grant. */
  async function readAhead(ctx: KoaContextWithOIDC, own: Session): Promise<void> {
    const clientId = ctx.query?.client_id;
    const client =
      typeof clientId === 'string' && ctx.oidc?.route === 'authorization'
        ? await provider.Client.find(clientId).catch(() => undefined)
        : undefined;
    if (!client) return;
    readAccess(services, context, own.userId, client);
    const id = grantId(services, own, client.clientId);
    const grant = services.artifacts.find(context.contextId, 'Grant', id).then((found) => found && { ...found.payload, jti: id });
    grant.catch(() => {}); // whoever waits for it sees the failure
    requestStore.getStore()?.readAhead.set(`Grant ${id}`, grant);
  }

  // ours gets a new token at every sign-in, which is what this is for (session fixation)
  model.prototype.resetIdentifier = function (this: ProviderSession) {
    this.touched = true;
  };
  // the error page of the device flow keeps a session that was never saved
  const persist = model.prototype.persist;
  model.prototype.persist = function (this: SessionModel['prototype']) {
    return typeof this.exp === 'number' ? persist.call(this) : this.save(lifetimeSeconds);
  };
}

/** The same in every process and tab, and nothing anybody could guess: grants and session ids of parallel requests meet instead of replacing each other. */
export const derivedId = (services: Services, kind: string, of: string): string => services.keyRing.fingerprint(of, kind)[0]!;
