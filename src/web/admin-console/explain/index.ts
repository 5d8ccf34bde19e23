import { type Viewed, viewExplanation } from '../../../domain/administration/explanations/index.ts';
import { type PageContext, type Route, renderPage } from '../../request/index.ts';
import { showCode, showPast } from './past.ts';
import { presentExplanation } from './present.ts';
import { readQuestion } from './read-question.ts';
import { explainToolsOf } from './tools.ts';
import { zonedTime } from './zoned-time.ts';

export { explainToolsOf, presentExplanation };

export const explainRoutes: Route[] = [{ method: 'GET', path: '/admin/explain', access: 'administrator', handle: showExplain }];

/** Person × application, and from where: an address that administrators can pass on. Of an event: who wanted where then. */
async function showExplain(page: PageContext): Promise<void> {
  if (page.query('event') !== '') return showPast(page);
  if (page.query('code') !== '') return showCode(page);
  const { question, ...asked } = await readQuestion(page);
  const viewed = question && (await viewExplanation(page.scope, explainToolsOf(page), question));
  const { timeZone } = page.context;
  renderPage(page, 'admin-console/explain/show', { ...asked, timeZone, formatTime: zonedTime(page), ...presentViewed(page, viewed) });
}

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
