import type { Middleware } from 'koa';
import type { ContextProvider } from '../context-provider.ts';

/** What gets past the library's own handlers: the store does not answer. Nothing of the answer that was under way leaves. */
export const answerFailure =
  ({ services, context }: ContextProvider): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      services.log.error({ err: error, path: ctx.path, context: context.code }, 'an OpenID Connect request failed');
      ctx.remove('location');
      ctx.remove('set-cookie');
      ctx.status = 503;
      ctx.set('retry-after', '2');
      ctx.body = { error: 'temporarily_unavailable' };
    }
  };
