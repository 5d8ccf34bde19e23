import type { Step } from './afterwards.ts';
import { noteFault } from './trace.ts';

/** What the library calls a malformed request, where no client authentication came or one that we do not speak. */
const missing = new Set([
  'no client authentication mechanism provided',
  'invalid authorization header value format',
  'client_secret must be provided in the Authorization header',
]);

/** Such a request gets `invalid_client` (RFC 6749 §5.2): with 401, and with the scheme we accept if it used the header. */
export const nameMissingClient: Step = (op, ctx) => {
  const { error, error_description: description = '' } = (ctx.body ?? {}) as { error?: string; error_description?: string };
  if (error !== 'invalid_request' || !missing.has(description)) return;
  noteFault(ctx, { error: 'invalid_client', detail: description });
  ctx.status = 401;
  ctx.body = { error: 'invalid_client', error_description: 'client authentication failed' };
  if (ctx.headers.authorization !== undefined) ctx.set('www-authenticate', `Basic realm="${op.context.url}", error="invalid_client"`);
};
