import { auditRetention } from '../../../domain/audit-keeping/index.ts';
import { changeSettings, loadSettings } from '../../../domain/context-settings/index.ts';
import { inTransaction } from '../../../domain/scope.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

export async function showRetention(page: PageContext): Promise<void> {
  const { value, version } = await loadSettings(page.scope, auditRetention);
  render(page, { days: String(value.days) }, version);
}

function render(page: PageContext, values: { days: string }, version: number, fields = {}, status = 200, fault?: string): void {
  renderPage(page, 'admin-console/audit-retention', { values, version, fields, fault }, { status });
}

export async function submitRetention(page: PageContext): Promise<void> {
  const values = { days: page.form.get('days').trim() || '0' };
  const version = shownVersion(page);
  const done = await submitForm(
    page,
    () => inTransaction(page.scope, (scope) => changeSettings(scope, auditRetention, values, version)),
    (fields, status, fault) => render(page, values, version, fields, status, fault),
  );
  if (done) redirectTo(page, '/admin/audit', 'settings_saved');
}
