import type { Context } from 'koa';
import { isUnavailable } from '../../../platform/database/index.ts';
import { type Services, unavailablePage } from '../../request/index.ts';
import type { Surrounding } from './afterwards.ts';

const failures = new WeakMap<object, Error>();

/** @param error that the library made a `server_error` of */
export const noteFailure = (ctx: object, error: Error): void => void failures.set(ctx, error);

/**
 * A store that does not answer is no fault of the request (RFC 6749 §4.1.2.1, RFC 9110 §15.6.4), whether the library's own handlers saw the error or not. Nothing of the
 * answer that was under way leaves but a page, and the way back to an application that waits in a browser.
 */
export const answerFailure: Surrounding = async ({ services, context }, ctx, next) => {
  // of a form that led here inside: the session that it began is the browser's, whatever fails afterwards
  const given = ctx.res.getHeader('set-cookie');
  const kept = given === undefined ? undefined : [given].flat().map(String);
  try {
    await next();
    const failure = failures.get(ctx);
    if (failure && isUnavailable(failure)) tellUnavailable(services, ctx);
  } catch (error) {
    services.log.error({ err: error, context: context.code }, 'an OpenID Connect request failed');
    ctx.remove('location');
    ctx.remove('set-cookie');
    if (kept) ctx.set('set-cookie', kept);
    ctx.body = null;
    tellUnavailable(services, ctx);
  }
};

function tellUnavailable(services: Services, ctx: Context): void {
  const location = ctx.response.get('location');
  // an error cannot have a status on its way through a browser: it has a name of its own instead
  if (location) return void ctx.set('location', location.replace(/([?&#]error=)server_error(?=&|$)/, '$1temporarily_unavailable'));
  const hasPage = ctx.response.is('html');
  ctx.status = 503;
  ctx.set('retry-after', '2');
  if (hasPage) return;
  const forPerson = ctx.accepts('json', 'html') === 'html';
  ctx.body = forPerson ? unavailablePage(services, ctx) : { error: 'temporarily_unavailable' };
  if (forPerson) ctx.type = 'html';
}
