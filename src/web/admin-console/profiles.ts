import { changeSettings, loadSettings } from '../../domain/company/context-settings/index.ts';
import { type ProfileSettings, profileSettings } from '../../domain/people/profiles/index.ts';
import { type PageContext, type Refusal, type Route, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

export const profileRoutes: Route[] = [
  { method: 'GET', path: '/admin/profiles', access: 'administrator', handle: showProfiles },
  { method: 'POST', path: '/admin/profiles', access: 'administrator', handle: submitProfiles },
];

async function showProfiles(page: PageContext): Promise<void> {
  const { value, version } = await loadSettings(page.scope, profileSettings);
  render(page, value, version);
}

function render(page: PageContext, values: ProfileSettings, version: number, refusal?: Refusal): void {
  renderPage(page, 'admin-console/profiles/show', { values, version }, { refusal });
}

async function submitProfiles(page: PageContext): Promise<void> {
  const values = { names: page.form.get('names') === 'yes', photos: page.form.get('photos') === 'yes' };
  const version = shownVersion(page);
  const done = await submitForm(
    page,
    () => changeSettings(page.scope, profileSettings, values, version),
    (refusal) => render(page, values, version, refusal),
  );
  if (done) redirectTo(page, '/admin/profiles', 'settings_saved');
}
