import { promotionRules } from '../../../domain/administration/promotion/index.ts';
import { changeSettings, loadSettings } from '../../../domain/company/context-settings/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { surroundingsOf } from './surroundings.ts';

export async function showRules(page: PageContext, refusal?: Refusal): Promise<void> {
  await surroundingsOf(page);
  const { value, version } = await loadSettings(page.scope, promotionRules);
  const typed = refusal ? page.form.get('fourEyes') === 'yes' : value.fourEyes;
  renderPage(
    page,
    'admin-console/promotion/rules',
    { fourEyes: typed, version: refusal ? page.form.get('version') : version },
    { refusal },
  );
}

export async function submitRules(page: PageContext): Promise<void> {
  await surroundingsOf(page);
  const done = await submitForm(
    page,
    () => changeSettings(page.scope, promotionRules, { fourEyes: page.form.get('fourEyes') === 'yes' }, shownVersion(page)),
    (refusal) => showRules(page, refusal),
  );
  if (done) redirectTo(page, '/admin/promotion/rules', 'settings_saved');
}
