import type { KoaContextWithOIDC } from 'oidc-provider';
import { addSeconds } from '../../../platform/clock/index.ts';
import { randomToken } from '../../../platform/crypto/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { readBody } from '../../../platform/http/index.ts';
import type { ContextProvider } from '../context-provider.ts';
import { renderOidcError } from '../pages.ts';
import type { Surrounding } from './afterwards.ts';

const paths = new Set(['/oidc/authorize', '/oidc/sign-out']);
const kind = 'PostedRequest';
const largestBytes = 32_768;
const lifetimeSeconds = 600;

/**
 * Requests to sign in or out may be posted (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). With a form of another site comes no cookie of ours (SameSite), so
 * the browser is sent on to the same address by GET: there it is known, and asked as after a link. Parameters wait here meanwhile, so that no log of addresses has them.
 */
export const continuePosted: Surrounding = async (op, ctx, next) => {
  const { posted } = ctx.query;
  if (paths.has(ctx.path.toLowerCase())) {
    if (ctx.method === 'POST') return keep(op, ctx as KoaContextWithOIDC);
    if (posted !== undefined) {
      const found = typeof posted === 'string' ? await op.services.artifacts.find(op.context.contextId, kind, posted) : undefined;
      if (!found) return refuse(op, ctx as KoaContextWithOIDC, 400, 'expired_token', 'the posted request is over');
      ctx.querystring = String(found.payload.query);
      // the library finds its own addresses by comparing the two
      (ctx.req as typeof ctx.req & { originalUrl?: string }).originalUrl = op.context.mount + ctx.url;
    }
  }
  await next();
};

async function keep(op: ContextProvider, ctx: KoaContextWithOIDC): Promise<void> {
  const { services, context } = op;
  if (!ctx.is('application/x-www-form-urlencoded'))
    return refuse(op, ctx, 415, 'invalid_request', 'the body of a posted request is application/x-www-form-urlencoded');
  let body: string;
  try {
    body = (await readBody(ctx.req, largestBytes)).toString();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refuse(op, ctx, error.status, 'invalid_request', `a posted request has at most ${largestBytes} bytes`);
  }
  const clientId = new URLSearchParams(body).get('client_id') ?? (ctx.path.toLowerCase() === '/oidc/sign-out' ? undefined : '');
  // nothing is kept for an unknown application; a sign-out may name none
  if (clientId !== undefined && !(await op.provider.Client.find(clientId.replaceAll('\0', ''))))
    return refuse(op, ctx, 400, 'invalid_client', 'there is no such application');
  const id = randomToken();
  const expiresAt = addSeconds(services.clock.now(), lifetimeSeconds);
  // written again, so that it has the characters of a query; names that come twice are refused as in one
  const query = new URLSearchParams(body).toString();
  await services.artifacts.save({ contextId: context.contextId, kind, id, payload: { query }, index: {}, expiresAt });
  ctx.status = 303;
  ctx.redirect(`${context.mount}${ctx.path}?posted=${id}`);
}

async function refuse(op: ContextProvider, ctx: KoaContextWithOIDC, status: number, error: string, description: string): Promise<void> {
  ctx.status = status;
  await renderOidcError(op, ctx, { error, error_description: description }, new Error(description));
  // the browser kept its cookies back: a new one would replace the one that its other tabs need
  if (ctx.method === 'POST') ctx.remove('set-cookie');
}
