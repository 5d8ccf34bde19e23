import Router from '@koa/router';
import type Koa from 'koa';
import { safeEqual } from '../../platform/crypto/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { readForm, setSecurityHeaders } from '../../platform/http/index.ts';
import { openPage } from './open-page.ts';
import { isBusy, newSupportCode, renderErrorPage } from './render.ts';
import type { PageContext, Route } from './route.ts';
import type { Services } from './services.ts';
import { nextStepOf, sendToSignIn } from './sign-in-step.ts';

/**
 * Serves the pages of all contexts from one table of routes. Order for every request: context → language and person → route → access rule → forgery
 * check → handler; whatever is thrown becomes a page with a support code.
 */
export function createPageRouter(services: Services, routes: Route[]): Koa.Middleware {
  const router = new Router();
  for (const route of routes) {
    router[route.method === 'GET' ? 'get' : 'post'](route.path, async (ctx) => {
      const page: PageContext = ctx.state.page;
      page.params = ctx.params;
      if (!(await isAllowed(page, route))) return;
      if (route.method === 'POST') await acceptForm(page, route);
      await route.handle(page);
    });
  }
  const dispatch = router.routes();
  const knownMethods = router.allowedMethods({ throw: false });

  return async (ctx, next) => {
    let page: PageContext | undefined;
    try {
      const found = await services.contexts.resolve(ctx.host, ctx.path);
      if (!found) return await openOnlyContext(ctx, services, next);
      const { context, path } = found;
      setSecurityHeaders(ctx.res, context.isSecure);
      page = await openPage(ctx, services, context, path);
      ctx.state.page = page;
      if (path === '' && context.mount) return ctx.redirect(`${context.mount}/`);
      ctx.path = path;
      await dispatch(ctx as never, async () => {
        await knownMethods(ctx as never, async () => {});
        if (ctx.status === 405 || ctx.status === 501) throw new AppError('method_not_allowed', 405);
        throw notFound();
      });
    } catch (error) {
      if (page) return showFailure(page, error);
      // not even who asks, or where, could be found out: the store does not answer
      services.log.error({ err: error, path: ctx.path }, 'a request failed before its page');
      ctx.status = 503;
      ctx.set('retry-after', '2');
      ctx.body = 'Temporarily unavailable\n';
    }
  };
}

/** The server's own root leads to the company when there is one only, as after the first start; several are not told to strangers. */
async function openOnlyContext(ctx: Koa.Context, services: Services, next: Koa.Next): Promise<void> {
  const only = ctx.path === '/' ? await services.contexts.findOnly() : undefined;
  if (only) ctx.redirect(`${only.url}${services.pathOf({ page: 'launchpad' })}`);
  else await next();
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

async function acceptForm(page: PageContext, route: Route): Promise<void> {
  if (route.fromElsewhere) {
    // the browser kept its cookies back (SameSite): a new one would replace the one that its other tabs need
    page.ctx.remove('set-cookie');
    page.form = await readForm(page.ctx.req, route.maxBytes ?? 65_536);
    return;
  }
  // a browser that says where a form comes from is believed only when it says "elsewhere"
  const site = page.ctx.get('sec-fetch-site');
  if (site && site !== 'same-origin' && site !== 'none') throw new AppError('forged_form', 403);
  page.form = await readForm(page.ctx.req, route.maxBytes ?? 65_536);
  if (!safeEqual(page.form.get('_csrf'), page.csrf)) throw new AppError('forged_form', 403);
}

function showFailure(page: PageContext, error: unknown): void {
  const supportCode = newSupportCode();
  const known =
    error instanceof AppError ? error : isBusy(error) ? new AppError('busy', 503) : new AppError('server_error', 500, { cause: error });
  if (known.status >= 500)
    page.services.log.error({ err: error, supportCode, path: page.ctx.state.path, context: page.context.code }, 'a page failed');
  renderErrorPage(page, known, supportCode);
}
