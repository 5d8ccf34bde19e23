import { auditRetention, retainedSince } from '../../../domain/administration/audit-keeping/index.ts';
import { changeSettings, loadSettings } from '../../../domain/company/context-settings/index.ts';
import { countEvents } from '../../../domain/records/audit/index.ts';
import { formatCount, type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

export async function showRetention(page: PageContext): Promise<void> {
  const { value, version } = await loadSettings(page.scope, auditRetention);
  render(page, { days: String(value.days) }, version);
}

function render(page: PageContext, values: { days: string }, version: number, refusal?: Refusal): void {
  renderPage(page, 'admin-console/audit/retention', { values, version }, { refusal });
}

export async function submitRetention(page: PageContext): Promise<void> {
  const { form, scope } = page;
  const values = { days: form.get('days').trim() || '0' };
  const version = shownVersion(page);
  const { data } = auditRetention.schema.safeParse(values);
  if (data && data.days > 0 && form.get('confirmed') !== 'yes') {
    const old = await countEvents(scope, { until: retainedSince(scope, data.days) });
    if (old.n > 0) return confirmRetention(page, values.days, version, formatCount(page.locale, old));
  }
  const done = await submitForm(
    page,
    () => changeSettings(scope, auditRetention, values, version),
    (refusal) => render(page, values, version, refusal),
  );
  if (done) redirectTo(page, '/admin/audit', 'settings_saved');
}

/** What is over its time already goes with the next night, for good. */
function confirmRetention(page: PageContext, days: string, version: number, count: string): void {
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.retention',
    words: { days, count },
    action: '/admin/audit/retention',
    hidden: { days, version: String(version), confirmed: 'yes' },
    back: '/admin/audit/retention',
    dangerous: true,
  });
}
