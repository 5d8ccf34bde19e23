import { acceptTerms, findTerms, textFor } from '../../domain/applications/consents/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { cancelPath, type PageContext, renderPage } from '../request/index.ts';
import { loadPending, loadStep } from './pending.ts';
import { goOn } from './sign-in.ts';

/** The company's terms, before anything else is reachable. */
export async function showTerms(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'terms');
  if (!due) return;
  const { request, step } = due;
  const terms = await findTerms(page.scope, step.edition);
  if (!terms) throw notFound();
  const { title, body, locale } = textFor(terms.texts, page.locale);
  renderPage(page, 'sign-in/terms', {
    terms: { title, paragraphs: body.split(/\n\s*\n/), locale },
    edition: step.edition,
    publishedAt: terms.publishedAt,
    action: `/sign-in/${request.address}/terms`,
    cancel: cancelPath(request),
  });
}

export async function submitTerms(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'terms');
  if (!due) return;
  const { request, step } = due;
  const { scope, form, session } = page;
  if (form.get('decision') !== 'accept') {
    return renderPage(page, 'sign-in/terms-declined', { again: `/sign-in/${request.address}/terms`, cancel: cancelPath(request) });
  }
  // another edition was published while this one was read: it is shown
  if (form.get('edition') === String(step.edition)) {
    const userId = step.by === 'proof' ? request.proven!.userId : session!.userId;
    const terms = await findTerms(scope, step.edition);
    await acceptTerms(scope, userId, step.edition, textFor(terms!.texts, page.locale).locale);
    if (session) session.person.termsEdition = step.edition;
  }
  const fresh = await loadPending(page);
  const again = async () => page.ctx.redirect(`${page.context.mount}/sign-in/${request.address}`);
  if (fresh) await goOn(page, fresh, again);
}
