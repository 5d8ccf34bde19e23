import type { ApplicationId } from '../../domain/scope.ts';
import { keepFailure } from './keep-failure.ts';
import { renderPage } from './render.ts';
import type { PageContext } from './route.ts';

/**
 * Says that no cookie came with a request that needs one, to a person who may not know what a cookie is.
 * @param again path inside the context that starts again; a link and no redirect, which would go in a circle in a browser that refuses cookies
 * @param application to which it leads
 */
export async function renderCookiesMissing(
  page: PageContext,
  again: string,
  application?: { applicationId?: ApplicationId; name?: string },
): Promise<void> {
  const supportCode = await keepFailure(
    page,
    { code: 'cookies_missing', status: 403, supportCode: undefined, cause: undefined },
    application?.applicationId,
  );
  const locals = { host: page.context.host, again, application: application?.name, supportCode, now: page.services.clock.now() };
  renderPage(page, 'errors/cookies', locals, { status: 403 });
}
