import type { Context, Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ContextProvider } from '../context-provider.ts';

/** What is done once for each provider, and what is done with each request that the library answered. */
export type Step = (op: ContextProvider) => (ctx: KoaContextWithOIDC) => Promise<void> | void;

/** A middleware that acts on the way back. A request that is no endpoint's is left alone, and so is one that failed. */
export const afterwards =
  (step: Step) =>
  (op: ContextProvider): Middleware => {
    const act = step(op);
    return async (ctx: Context, next) => {
      await next();
      if ((ctx as Partial<KoaContextWithOIDC>).oidc) await act(ctx as KoaContextWithOIDC);
    };
  };
