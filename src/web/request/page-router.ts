import Router from '@koa/router';
import type Koa from 'koa';
import type { LimitKind } from '../../domain/records/address-limits/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { isLedInside, type Methods, readForm, setSecurityHeaders } from '../../platform/http/index.ts';
import { noteInLog } from '../../platform/log/index.ts';
import { renderCookiesMissing } from './cookies-missing.ts';
import { type FormOrigin, originOfForm } from './forgery.ts';
import { keepFailure } from './keep-failure.ts';
import { cameFrom, findRefusal, renderHeldBack } from './limits.ts';
import { openPage } from './open-page.ts';
import { renderOutdated } from './outdated.ts';
import { redirectTo } from './redirect.ts';
import { failureOf, renderErrorPage } from './render.ts';
import type { PageContext, Route } from './route.ts';
import type { Services } from './services.ts';
import { nextStepOf, sendToSignIn } from './sign-in-step.ts';
import { noSuchAddressPage, sendUnavailable, unavailableAnswer } from './unavailable.ts';

export type PageRouter = {
  middleware: Koa.Middleware;
  /** @param path inside a context. @returns undefined where there is no page; `pattern` is its address without what a caller put into it */
  find(path: string): { methods: Methods; pattern: string } | undefined;
};

/**
 * Serves the pages of all contexts from one table of routes. Order for every request: context → what its address may still do → language and person → route → access rule →
 * forgery check → handler; whatever is thrown becomes a page with a support code.
 */
export function createPageRouter(services: Services, routes: Route[]): PageRouter {
  // one for each first part of a path: of some hundred routes a dozen are tried
  const routers = new Map<string, Router>();
  const opened = new Set(routes.filter(({ method }) => method === 'GET').map(({ path }) => path));
  /** The page of a form that was sent. */
  const againOf = (pattern: string, path: string): string => (opened.has(pattern) ? path : services.pathOf({ page: 'launchpad' }));
  for (const route of routes) {
    const begin = firstPartOf(route.path);
    if (/[:*({]/.test(begin)) throw new Error(`${route.path} does not begin with a word`);
    const router = routers.get(begin) ?? new Router({ strict: true });
    routers.set(begin, router);
    router[route.method === 'GET' ? 'get' : 'post'](route.path, async (ctx) => {
      const page: PageContext = ctx.state.page;
      page.params = ctx.params;
      ctx.state.pattern = route.path;
      ctx.state.again = againOf(route.path, ctx.state.path);
      // of what was asked for, not of what it led to
      if (!isLedInside(ctx.res)) noteInLog({ path: `${page.context.mount}${route.path}` });
      ctx.state.isFromProgram = route.fromProgram;
      ctx.state.help = route.help;
      if (!(await isAllowed(page, route))) return;
      if (route.fromProgram) return route.handle(page);
      if (route.method === 'POST' && !route.fromElsewhere && hasLostCookies(page)) return renderCookiesMissing(page, ctx.state.again);
      const origin = route.method === 'POST' ? await acceptForm(page, route) : 'here';
      if (origin === 'too large') return route.showTooLarge!(page);
      if (origin === 'here') return route.handle(page);
      if (route.showOutdated) return route.showOutdated(page);
      await renderOutdated(page, origin === 'person');
    });
  }
  const dispatchers = new Map([...routers].map(([begin, router]) => [begin, router.routes()]));
  const limits = new Map(routes.flatMap(({ method, path, limit }) => (method === 'POST' && limit ? [[path, limit] as const] : [])));
  const limitAt = (path: string): { pattern: string; kind: LimitKind } | undefined => {
    const layers = routers.get(firstPartOf(path))?.match(path, 'POST').pathAndMethod ?? [];
    const pattern = String(layers[0]?.path);
    const kind = limits.get(pattern);
    return kind && { pattern, kind };
  };
  const nowhere: Koa.Middleware = (_, next) => next();
  const find: PageRouter['find'] = (path) => {
    const layers = routers.get(firstPartOf(path))?.match(path, '').path ?? [];
    const methods = layers.flatMap((layer) => layer.methods.filter((method) => method !== 'HEAD'));
    return methods.length > 0 ? { methods, pattern: String(layers[0]!.path) } : undefined;
  };

  const middleware: Koa.Middleware = async (ctx, next) => {
    let page: PageContext | undefined;
    try {
      const found = await services.contexts.resolve(ctx.host, ctx.path);
      if (!found) return await openOnlyContext(ctx, services, next);
      const { context, path } = found;
      setSecurityHeaders(ctx.res, context.isSecure);
      const limit = ctx.method === 'POST' ? limitAt(path) : undefined;
      const from = limit && cameFrom(services, context, ctx.req);
      const refusal = from && findRefusal(services, context, limit.kind, from);
      page = await openPage(ctx, services, context, path, !refusal);
      ctx.state.again = limit && againOf(limit.pattern, path);
      if (refusal) return renderHeldBack(page, refusal);
      ctx.state.page = page;
      if (path === '' && context.mount && !ctx.response.get('allow')) return ctx.redirect(`${context.mount}/`);
      ctx.path = path;
      const dispatch = dispatchers.get(firstPartOf(path)) ?? nowhere;
      await dispatch(ctx as never, async () => {
        // the front door says which methods there are
        throw ctx.response.get('allow') ? new AppError('method_not_allowed', 405) : notFound();
      });
    } catch (error) {
      if (page) return await showFailure(page, error);
      // not even who asks, or where, could be found out: the store does not answer
      services.log.error({ err: error }, 'a request failed before its page');
      ctx.respond = false;
      sendUnavailable(services, ctx.req, ctx.res);
    }
  };
  return { middleware, find };
}

const firstPartOf = (path: string): string => path.split('/', 2)[1]?.toLowerCase() ?? '';

/** The server's own root leads to the company when there is one only, as after the first start; several are not told to strangers. */
async function openOnlyContext(ctx: Koa.Context, services: Services, next: Koa.Next): Promise<void> {
  const only = ctx.path === '/' ? await services.contexts.findOnly() : undefined;
  if (only) return ctx.redirect(`${only.url}${services.pathOf({ page: 'launchpad' })}`);
  ctx.vary('accept, accept-language');
  if (!ctx.get('accept').includes('html')) return await next();
  ctx.status = 404;
  ctx.type = 'html';
  ctx.set('cache-control', 'no-store');
  ctx.body = noSuchAddressPage(services, ctx);
}

/** Signed out: to the sign-in page and back; signed in without the role: the page does not exist for them. */
async function isAllowed(page: PageContext, route: Route): Promise<boolean> {
  const { ctx, session } = page;
  if (route.access === 'anyone') return true;
  if (!session || (await nextStepOf(page, { demands: {} })).step !== 'done') {
    if (route.method === 'POST') throw session ? new AppError('step_due', 403) : new AppError('signed_out', 401);
    const leaves = route.leaves ? { leaves: true as const } : {};
    await sendToSignIn(page, { destination: { protocol: 'portaria', path: ctx.state.path + ctx.search, ...leaves }, demands: {} });
    return false;
  }
  if (route.access === 'administrator' && session.person.role !== 'administrator') throw new AppError('administrators_only', 403);
  return true;
}

/** A browser that says where a form comes from is believed only when it says "elsewhere". */
function isFromElsewhere({ ctx }: PageContext): boolean {
  const site = ctx.get('sec-fetch-site');
  return site !== '' && site !== 'same-origin' && site !== 'none';
}

/** With its cookie a browser lost what makes its forms ours. A form of another site comes without (SameSite): that is no fault of the browser. */
const hasLostCookies = (page: PageContext): boolean => !page.isKnownBrowser && !isFromElsewhere(page);

/** @throws AppError forged_form */
async function acceptForm(page: PageContext, route: Route): Promise<Exclude<FormOrigin, 'elsewhere'> | 'too large'> {
  if (route.fromElsewhere) {
    // the browser kept its cookies back (SameSite): a new one would replace the one that its other tabs need
    page.ctx.remove('set-cookie');
    page.form = await readForm(page.ctx.req, route.maxBytes ?? 65_536);
    return 'here';
  }
  if (isFromElsewhere(page)) throw new AppError('forged_form', 403);
  try {
    page.form = await readForm(page.ctx.req, route.maxBytes ?? 65_536);
  } catch (error) {
    if (route.showTooLarge && error instanceof AppError && error.code === 'body_too_large') return 'too large';
    throw error;
  }
  const origin = originOfForm(page);
  if (origin === 'elsewhere') throw new AppError('forged_form', 403);
  return origin;
}

async function showFailure(page: PageContext, error: unknown): Promise<void> {
  const known = failureOf(error);
  // its page has an address of its own, which may be loaded again
  if (isLedInside(page.ctx.res) && known.status < 500) return redirectTo(page, page.ctx.state.path + page.ctx.search);
  if (known.code === 'too_many_attempts') return renderHeldBack(page, known);
  const supportCode = await keepFailure(page, known);
  if (known.status >= 500) page.services.log.error({ err: error, supportCode, context: page.context.code }, 'a page failed');
  noteInLog({ fault: known.code });
  if (known.status !== 503 || !page.ctx.state.isFromProgram) return renderErrorPage(page, known, supportCode);
  const { type, body } = unavailableAnswer(page.services, page.ctx.req, true);
  page.ctx.status = 503;
  page.ctx.set({ 'retry-after': '2', 'content-type': type });
  page.ctx.body = body;
}
