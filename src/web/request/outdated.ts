import { keepFailure } from './keep-failure.ts';
import { renderPage } from './render.ts';
import type { PageContext } from './route.ts';

/** What is typed there is typed once more: it does not stand in a page. */
const isSecret = /password|secret/i;

/**
 * For a form of this browser that was shown before somebody signed in: nothing of it is done.
 * @param isOwn whether it was shown to the same person: then it can be sent as it is, once they say so
 */
export async function renderOutdated(page: PageContext, isOwn: boolean): Promise<void> {
  const failure = { code: 'form_outdated', status: 403, supportCode: undefined, cause: undefined };
  const supportCode = await keepFailure(page, failure);
  const { form, ctx, services } = page;
  const kept = isOwn ? form.pairs().filter(([name]) => name !== '_csrf' && !isSecret.test(name)) : [];
  const action = kept.length > 0 ? `${ctx.state.path}${ctx.search}` : undefined;
  renderPage(page, 'errors/outdated', { kept, action, again: ctx.state.again, supportCode, now: services.clock.now() }, { status: 403 });
}
