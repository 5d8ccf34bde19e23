import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type Koa from 'koa';

/** Below it the headers and the work cost more than is saved. */
const leastBytes = 1024;

/** The best that the browser takes, in whatever order it names them: each says gzip first. */
export const acceptedEncoding = (ctx: Koa.Context): 'br' | 'gzip' | undefined =>
  (['br', 'gzip'] as const).find((encoding) => ctx.acceptsEncodings(encoding) === encoding);

/**
 * Compresses pages (HTML that is complete: never a stream, a redirect or an answer to HEAD) by what the browser takes, brotli before gzip. At these levels a page of 40 KB takes
 * about a millisecond. It runs at once and not in the thread pool, where it would wait behind the hashing of passwords.
 * @param isAllowed false for an answer whose length would tell a secret (docs/decisions/0029-compressed-pages.md)
 */
export function createPageCompression(isAllowed: (ctx: Koa.Context) => boolean): Koa.Middleware {
  return async (ctx, next) => {
    await next();
    const { body } = ctx;
    if (typeof body !== 'string' || ctx.method === 'HEAD' || ctx.response.is('html') !== 'html' || ctx.response.get('content-encoding'))
      return;
    ctx.vary('accept-encoding');
    if (Buffer.byteLength(body) < leastBytes || !isAllowed(ctx)) return;
    const encoding = acceptedEncoding(ctx);
    if (!encoding) return;
    const { type } = ctx;
    ctx.body =
      encoding === 'br'
        ? brotliCompressSync(body, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
          })
        : gzipSync(body, { level: 5 });
    ctx.type = type;
    ctx.set('content-encoding', encoding);
  };
}
