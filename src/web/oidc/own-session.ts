import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type AccessVerdict, decide } from '../../domain/access/index.ts';
import type { Session } from '../../domain/sessions/index.ts';
import { epochSeconds } from '../../platform/clock/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { cookieNames, type ResolvedContext, type Services } from '../request/index.ts';
import { applicationIdOf } from './account.ts';

type State = { ownSession?: Promise<Session | undefined>; verdict?: Promise<AccessVerdict> };

/** Our live session of this request's browser, looked up once. */
export function ownSession(ctx: KoaContextWithOIDC, services: Services, context: ResolvedContext): Promise<Session | undefined> {
  const state = ctx.state as State;
  state.ownSession ??= services.findSession(context.contextId, readCookie(ctx.get('cookie'), cookieNames(context).session));
  return state.ownSession;
}

/** May the session's person open this client's application? Decided once for each request. */
export function accessVerdict(ctx: KoaContextWithOIDC, services: Services, context: ResolvedContext): Promise<AccessVerdict> {
  const state = ctx.state as State;
  state.verdict ??= services.findAccess(context.contextId, ctx.oidc.session!.accountId!, applicationIdOf(ctx.oidc.client!)).then(decide);
  return state.verdict;
}

type ProviderSession = InstanceType<Provider['Session']> & { jti?: string; loginTs?: number; touched?: boolean };

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
      session = (await model.find(jti)) ?? model.instantiate({ jti });
      if (session.uid !== own.sessionId || session.accountId !== own.userId || session.loginTs !== loginTs) {
        Object.assign(session, { uid: own.sessionId, accountId: own.userId, loginTs, amr: own.amr });
      }
    } else {
      // nobody is signed in: it only carries the forgery token of a page
      const found = await load(ctx);
      session = found.accountId ? model.instantiate({}) : found;
    }
    ctx.oidc?.entity('Session', session);
    return session;
  };
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
