import { changeOwnContext, getOwnContext } from '../../domain/company/contexts/index.ts';
import { type PageContext, type Refusal, type Route, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';
import { listTimeZones, readTimeZone, shownZone } from './time-zones.ts';

export const settingsRoutes: Route[] = [
  { method: 'GET', path: '/admin/settings', access: 'administrator', handle: showSettings },
  { method: 'POST', path: '/admin/settings', access: 'administrator', handle: submitSettings },
];

async function showSettings(page: PageContext): Promise<void> {
  const { name, timeZone, version } = await getOwnContext(page.scope);
  render(page, { name, timeZone, version });
}

function render(page: PageContext, values: { name: string; timeZone: string; version: number }, refusal?: Refusal) {
  const { locale, services } = page;
  const timeZones = listTimeZones(locale, services.clock.now());
  const shown = { ...values, timeZone: shownZone(timeZones, values.timeZone) };
  const { url, environment, code } = page.context;
  renderPage(page, 'admin-console/settings/show', { values: shown, timeZones, url, environment, code }, { refusal });
}

async function submitSettings(page: PageContext): Promise<void> {
  const values = { name: page.form.get('name').trim(), timeZone: readTimeZone(page.form.get('timeZone')) };
  const version = shownVersion(page);
  const done = await submitForm(
    page,
    () => changeOwnContext(page.scope, values, version).then(() => true),
    (refusal) => render(page, { ...values, version }, refusal),
  );
  if (done) redirectTo(page, '/admin/settings', 'settings_saved');
}
