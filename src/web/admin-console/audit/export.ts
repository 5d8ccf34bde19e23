import { startAuditExport, startCsvExport } from '../../../domain/administration/audit-keeping/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { readAuditFilter } from './filter.ts';

export async function confirmExport(page: PageContext): Promise<void> {
  const { fields, faults } = await readAuditFilter(page, page.query);
  if (Object.keys(faults).length > 0) return showFaults(page, fields);
  renderPage(page, 'admin-console/audit/export', {
    values: fields,
    hidden: Object.entries(fields),
    back: `/admin/audit?${new URLSearchParams(fields)}`,
  });
}

/** The report says what is wrong with its filters: nothing is exported as if there were none. */
const showFaults = (page: PageContext, fields: Record<string, string>): void =>
  redirectTo(page, `/admin/audit?${new URLSearchParams(fields)}`);

/** What the report shows for a spreadsheet; or, of all that was recorded in the time, the sealed events with a signature. */
export async function submitExport(page: PageContext): Promise<void> {
  const { filter, fields, faults } = await readAuditFilter(page, page.form.get);
  if (Object.keys(faults).length > 0) return showFaults(page, fields);
  const operationId =
    page.form.get('format') === 'csv'
      ? await startCsvExport(page.scope, filter, page.locale)
      : await startAuditExport(page.scope, {
          from: fields.from,
          until: fields.until,
          fromAt: filter.from?.toISOString(),
          untilAt: filter.until?.toISOString(),
        });
  redirectTo(page, `/admin/operations/${operationId}`);
}
