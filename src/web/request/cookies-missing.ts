import { renderPage } from './render.ts';
import type { PageContext } from './route.ts';

/**
 * Says that no cookie came with a request that needs one, to a person who may not know what a cookie is.
 * @param again path inside the context that starts again; a link and no redirect, which would go in a circle in a browser that refuses cookies
 * @param application to which it leads
 */
export function renderCookiesMissing(page: PageContext, again: string, application?: string): void {
  renderPage(page, 'errors/cookies', { host: page.context.host, again, application }, { status: 403 });
}
