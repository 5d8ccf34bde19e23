import { changeSettings, loadSettings } from '../../../domain/company/context-settings/index.ts';
import { type DirectoryRules, directoryRules } from '../../../domain/people/directories/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

const names = ['signIn', 'personalPassword', 'resetNetworkPassword', 'whileAway', 'stateFromDirectory', 'stateToDirectory'] as const;

export async function showRules(page: PageContext): Promise<void> {
  const { value, version } = await loadSettings(page.scope, directoryRules);
  render(page, value, version);
}

function render(page: PageContext, values: DirectoryRules, version: number, refusal?: Refusal): void {
  renderPage(page, 'admin-console/directories/rules', { values, version }, { refusal });
}

/** S23, S24: what holds for all directories of the company. */
export async function submitRules(page: PageContext): Promise<void> {
  const values = Object.fromEntries(names.map((name) => [name, page.form.get(name) === 'yes'])) as DirectoryRules;
  const done = await submitForm(
    page,
    () => changeSettings(page.scope, directoryRules, values, shownVersion(page)),
    (refusal) => render(page, values, shownVersion(page), refusal),
  );
  if (done) redirectTo(page, '/admin/directories/rules', 'settings_saved');
}
