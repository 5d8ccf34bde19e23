import { listApplications } from '../../../domain/applications/applications/index.ts';
import { auditEventTypes, listEvents } from '../../../domain/records/audit/index.ts';
import { findRefusals } from '../../../domain/records/refusals/index.ts';
import { describeBrowser } from '../../../domain/sign-in/sessions/index.ts';
import { type PageContext, presentActor, presentDetails, type Route, renderPage } from '../../request/index.ts';
import { confirmExport, submitExport } from './export.ts';
import { readAuditFilter } from './filter.ts';
import { showRetention, submitRetention } from './retention.ts';

export const auditRoutes: Route[] = [
  { method: 'GET', path: '/admin/audit', access: 'administrator', handle: showAudit },
  { method: 'GET', path: '/admin/audit/export', access: 'administrator', handle: confirmExport },
  { method: 'POST', path: '/admin/audit/export', access: 'administrator', handle: submitExport },
  { method: 'GET', path: '/admin/audit/retention', access: 'administrator', handle: showRetention },
  { method: 'POST', path: '/admin/audit/retention', access: 'administrator', handle: submitRetention },
];

async function showAudit(page: PageContext): Promise<void> {
  const { filter, fields, faults } = await readAuditFilter(page, page.query);
  const { items, cursor } =
    Object.keys(faults).length > 0
      ? { items: [], cursor: undefined }
      : await listEvents(page.scope, { ...filter, cursor: page.query('after') || undefined });
  renderPage(page, 'admin-console/audit/list', {
    events: items,
    counts: await findRefusals(
      page.scope,
      items.map(({ id }) => id),
    ),
    cursor,
    filter: fields,
    query: new URLSearchParams(fields),
    fields: faults,
    types: auditEventTypes,
    describeBrowser,
    presentDetails: (details: Record<string, unknown>) => presentDetails(details, page.t, page.services.i18n),
    presentActor: (actor: (typeof items)[number]['actor']) => presentActor(actor, page.t),
    applications: (await listApplications(page.scope, {}, 500)).items,
  });
}
