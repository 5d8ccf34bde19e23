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

type ProviderSession = InstanceType<Provider['Session']> & { loginTs?: number; touched?: boolean };

/**
 * Makes the provider's session follow ours wherever it is loaded: absent when ours is absent or ended, and always of our session's person, time and id. So there is
 * one sign-in for both protocols, `prompt=none` sees a sign-in made at the Launchpad, and ending ours ends every token bound to it.
 */
export function followOwnSession(provider: Provider, services: Services, context: ResolvedContext): void {
  const model = provider.Session as unknown as {
    get(ctx: KoaContextWithOIDC): Promise<ProviderSession>;
    instantiate(payload: object): ProviderSession;
  };
  const load = model.get.bind(model);
  model.get = async (ctx) => {
    const [found, own] = await Promise.all([load(ctx), ownSession(ctx, services, context)]);
    if (!own) return found.accountId ? replace(ctx) : found;
    const session = found.uid === own.sessionId ? found : replace(ctx);
    const loginTs = epochSeconds(own.authenticatedAt);
    if (session.uid !== own.sessionId || session.accountId !== own.userId || session.loginTs !== loginTs) {
      Object.assign(session, { uid: own.sessionId, accountId: own.userId, loginTs, amr: own.amr });
    }
    return session;
  };

  function replace(ctx: KoaContextWithOIDC): ProviderSession {
    const session = model.instantiate({});
    ctx.oidc?.entity('Session', session);
    return session;
  }
}
