import { type ExplainTools, type Viewed, viewExplanation } from '../../../domain/administration/explanations/index.ts';
import { findEvents } from '../../../domain/records/audit/index.ts';
import { isId } from '../../../domain/scope.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, type Route, redirectTo, renderPage } from '../../request/index.ts';
import { presentExplanation } from './present.ts';
import { readQuestion } from './read-question.ts';

export const explainRoutes: Route[] = [{ method: 'GET', path: '/admin/explain', access: 'administrator', handle: showExplain }];

/** Person × application, and from where: an address that administrators can pass on. Of an event: who wanted where then. */
async function showExplain(page: PageContext): Promise<void> {
  if (page.query('event') !== '') return showEvent(page);
  const { question, ...asked } = await readQuestion(page);
  const viewed = question && (await viewExplanation(page.scope, explainToolsOf(page), question));
  renderPage(page, 'admin-console/explain/show', { ...asked, timeZone: page.context.timeZone, ...presentViewed(page, viewed) });
}

/** How the company at this page explains. */
export const explainToolsOf = ({ services, context }: PageContext): ExplainTools => ({
  findAccess: services.findAccess,
  company: { name: context.name, environment: context.environment },
  origin: context.origin,
  entityId: context.saml.entityId,
});

function presentViewed({ t }: PageContext, viewed: Viewed | undefined) {
  if (!viewed) return {};
  const { facts, explanation } = viewed;
  return {
    shown: presentExplanation(t, facts, explanation),
    personId: facts.person?.userId,
    personName: facts.person?.name,
    applicationId: facts.application?.applicationId,
    applicationName: facts.application?.name,
    login: facts.person?.login,
  };
}

/** A past sign-in: the same person and application, from the same address. */
async function showEvent(page: PageContext): Promise<void> {
  const id = page.query('event');
  const [event] = isId(id) ? await findEvents(page.scope, [id]) : [];
  if (event?.subjectKind !== 'user' || !event.subjectId) throw notFound();
  const query = new URLSearchParams({ person: event.subjectId, application: event.applicationId ?? '' });
  if (event.actor.ip) query.set('from', event.actor.ip);
  redirectTo(page, `/admin/explain?${query}`);
}
