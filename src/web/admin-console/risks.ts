import { listRisks, type Risk, riskWords } from '../../domain/administration/risks/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';

export const riskRoutes: Route[] = [{ method: 'GET', path: '/admin/risks', access: 'administrator', handle: showRisks }];

export const listRisksOf = ({ scope, context, pair }: PageContext): Promise<Risk[]> =>
  listRisks(scope, ({ contextId }) => (contextId === context.contextId ? context : pair!).url);

/** In the reader's words, with the page that mends it. */
export function presentRisk({ t }: PageContext, risk: Risk) {
  const words = riskWords(risk).map(({ key, params }) => t(key, params));
  return { severity: risk.severity, code: risk.code, name: risk.application?.name, page: risk.page, words };
}

async function showRisks(page: PageContext): Promise<void> {
  const risks = await listRisksOf(page);
  renderPage(page, 'admin-console/risks/list', { risks: risks.map((risk) => presentRisk(page, risk)) });
}
