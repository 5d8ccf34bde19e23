import { listApplications } from '../../../domain/applications/index.ts';
import { auditEventTypes, listEvents } from '../../../domain/audit/index.ts';
import { type PageContext, type Route, renderPage } from '../../request/index.ts';
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

type Flat = Record<string, string>;

/** Every value by its path; lists in one line. */
function flatten(value: unknown, path = ''): Flat {
  if (value === undefined) return {};
  if (value === null || typeof value !== 'object') return { [path]: value === null ? '–' : String(value) };
  if (Array.isArray(value)) return { [path]: value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : one)).join(', ') || '–' };
  return Object.assign({}, ...Object.entries(value).map(([key, one]) => flatten(one, path ? `${path}.${key}` : key)));
}

/** What differs between before and after, a line each. */
function flatChanges(before: unknown, after: unknown): { name: string; before: string; after: string }[] {
  const [old, now] = [flatten(before), flatten(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => old[name] !== now[name])
    .map((name) => ({ name, before: old[name] ?? '–', after: now[name] ?? '–' }));
}

async function showAudit(page: PageContext): Promise<void> {
  const { filter, fields, faults } = await readAuditFilter(page, page.query);
  const { items, cursor } =
    Object.keys(faults).length > 0
      ? { items: [], cursor: undefined }
      : await listEvents(page.scope, { ...filter, cursor: page.query('after') || undefined });
  renderPage(page, 'admin-console/audit', {
    events: items,
    cursor,
    filter: fields,
    query: new URLSearchParams(fields),
    fields: faults,
    types: auditEventTypes,
    flatChanges,
    applications: (await listApplications(page.scope, {}, 500)).items,
  });
}
