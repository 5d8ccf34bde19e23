import { auditEventTypes, listEvents } from '../../domain/audit/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';

export const auditRoutes: Route[] = [{ method: 'GET', path: '/admin/audit', access: 'administrator', handle: showAudit }];

async function showAudit(page: PageContext): Promise<void> {
  const filter = {
    type: page.query('type') || undefined,
    outcome: page.query('outcome') || undefined,
    supportCode: page.query('support_code') || undefined,
    subjectId: page.query('subject') || undefined,
    cursor: page.query('after') || undefined,
  };
  const { items, cursor } = await listEvents(page.scope, filter);
  renderPage(page, 'admin-console/audit', { events: items, cursor, filter, types: auditEventTypes });
}
