import { brandingSettings, changeBranding, changeCompanyLogo } from '../../domain/company/branding/index.ts';
import { loadSettings } from '../../domain/company/context-settings/index.ts';
import { invalidInput } from '../../platform/errors/index.ts';
import { type PageContext, type Refusal, type Route, renderPage } from '../request/index.ts';
import { previews, showPreview } from './branding-preview.ts';
import { type BrandingValues, readBranding } from './read-branding.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

export const brandingConsoleRoutes: Route[] = [
  { method: 'GET', path: '/admin/branding', access: 'administrator', handle: showBranding },
  { method: 'POST', path: '/admin/branding', access: 'administrator', handle: submitBranding },
  { method: 'GET', path: '/admin/branding/preview', access: 'administrator', handle: showPreview },
  { method: 'POST', path: '/admin/branding/preview', access: 'administrator', handle: showPreview },
  // a form of multipart/form-data around a file of 1 MB
  { method: 'POST', path: '/admin/branding/logo', access: 'administrator', handle: submitLogo, maxBytes: 1_200_000 },
];

async function showBranding(page: PageContext): Promise<void> {
  const { value, version } = await loadSettings(page.scope, brandingSettings);
  render(page, value, version);
}

function render(page: PageContext, values: BrandingValues, version: number, refusal?: Refusal): void {
  renderPage(page, 'admin-console/branding/show', { values, version, previews }, { refusal, frames: true });
}

async function submitBranding(page: PageContext): Promise<void> {
  const values = readBranding(page.form);
  const done = await submitForm(
    page,
    () => changeBranding(page.scope, values, shownVersion(page)),
    (refusal) => render(page, values, shownVersion(page), refusal),
  );
  if (done) redirectTo(page, '/admin/branding', 'settings_saved');
}

async function submitLogo(page: PageContext): Promise<void> {
  const file = await page.form.file('logo');
  const { value, version } = await loadSettings(page.scope, brandingSettings);
  const done = await submitForm(
    page,
    async () => {
      if (!file && page.form.get('remove') !== 'yes') throw invalidInput({ logo: 'errors.no_file' });
      await changeCompanyLogo(page.scope, file);
      return true;
    },
    (refusal) => render(page, value, version, refusal),
  );
  if (done) redirectTo(page, '/admin/branding', 'logo_changed');
}
