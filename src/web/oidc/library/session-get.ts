// Why the library must be changed: it has a session of its own, which would drift from ours (docs/decisions/0005-one-session.md).
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

/** Who our session is of, in the library's words. `jti`: the id of the library's session; `loginTs` in seconds since the epoch; `lastsSeconds`: at most from now on. */
export type FollowedSession = {
  jti: string;
  uid: string;
  accountId: string;
  loginTs: number;
  amr: string[];
  acr: string;
  lastsSeconds: number;
};

type ProviderSession = InstanceType<Provider['Session']>;
/** What a page of the library left in its session for the next. */
type PageState = { postLogoutRedirectUri?: string; state?: string };
const arrived = new WeakMap<KoaContextWithOIDC, PageState>();

/** The state of the session as the request found it: of a sign-out that was declined the library forgets it before it answers. */
export const stateAtArrival = (ctx: KoaContextWithOIDC): PageState | undefined => arrived.get(ctx);

type SessionModel = {
  get(ctx: KoaContextWithOIDC): Promise<ProviderSession>;
  find(id: string): Promise<ProviderSession | undefined>;
  instantiate(payload: object): ProviderSession;
};

/**
 * Makes the library's session follow ours wherever it is loaded: absent when ours is absent or ended, and always of our session's person, time and id.
 * So `prompt=none` sees a sign-in made at the Launchpad, and ending ours ends every token bound to it.
 * @param findOwn our live session of the request's browser
 */
export function replaceSessionGet(provider: Provider, findOwn: (ctx: KoaContextWithOIDC) => Promise<FollowedSession | undefined>): void {
  const model = provider.Session as unknown as SessionModel;

  async function follow({ jti, ...identity }: FollowedSession): Promise<ProviderSession> {
    const session = (await model.find(jti)) ?? model.instantiate({ jti });
    return Object.assign(session, identity);
  }

  replaceMethod<SessionModel['get']>(model, 'get', (own) => async (ctx) => {
    const followed = await findOwn(ctx);
    let session = followed ? await follow(followed) : await own.call(model, ctx);
    // nobody is signed in: the library's session only carries the forgery token of a page
    if (!followed && session.accountId) session = model.instantiate({});
    ctx.oidc?.entity('Session', session);
    if (session.state) arrived.set(ctx, session.state);
    return session;
  });
}
