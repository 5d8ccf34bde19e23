import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ContextProvider } from '../context-provider.ts';

/** What is done with each request that the library answered. */
export type Step = (op: ContextProvider, ctx: KoaContextWithOIDC) => Promise<void> | void;

/** What is done around the library's handling of a request. */
export type Surrounding = (op: ContextProvider, ctx: Context, next: () => Promise<unknown>) => Promise<void>;

/** A middleware that acts on the way back. A request that is no endpoint's is left alone, and so is one that failed. */
export const afterwards =
  (step: Step): Surrounding =>
  async (op, ctx, next) => {
    await next();
    if ((ctx as Partial<KoaContextWithOIDC>).oidc) await step(op, ctx as KoaContextWithOIDC);
  };
