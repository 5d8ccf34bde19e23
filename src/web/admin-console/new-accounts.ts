import { changeSettings, loadSettings } from '../../domain/company/context-settings/index.ts';
import { newAccountsSettings } from '../../domain/company/new-accounts/index.ts';
import { type PageContext, type Refusal, type Route, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

export const newAccountRoutes: Route[] = [
  { method: 'GET', path: '/admin/new-accounts', access: 'administrator', handle: showNewAccounts },
  { method: 'POST', path: '/admin/new-accounts', access: 'administrator', handle: submitNewAccounts },
];

async function showNewAccounts(page: PageContext): Promise<void> {
  const { value, version } = await loadSettings(page.scope, newAccountsSettings);
  render(page, { ...value, domains: value.domains.join('\n') }, version);
}

function render(page: PageContext, values: object, version: number, refusal?: Refusal): void {
  renderPage(page, 'admin-console/new-accounts/show', { values, version, canMail: page.services.canMail }, { refusal });
}

/** S33, S64. */
async function submitNewAccounts(page: PageContext): Promise<void> {
  const { form } = page;
  const values = {
    activation: form.get('activation'),
    selfRegistration: form.get('selfRegistration') === 'yes',
    invitationDays: form.get('invitationDays'),
    recoveryMinutes: form.get('recoveryMinutes'),
    confirmationHours: form.get('confirmationHours'),
  };
  const domains = form
    .lines('domains')
    .flatMap((line) => line.split(/[\s,;]+/))
    .filter(Boolean);
  const done = await submitForm(
    page,
    () => changeSettings(page.scope, newAccountsSettings, { ...values, domains }, shownVersion(page)),
    ({ fields = {}, ...refusal }) => {
      const faultOfDomains = Object.entries(fields).find(([name]) => name.startsWith('domains'))?.[1];
      render(page, { ...values, domains: form.get('domains') }, shownVersion(page), {
        ...refusal,
        fields: { ...fields, ...(faultOfDomains ? { domains: faultOfDomains } : {}) },
      });
    },
  );
  if (done) redirectTo(page, '/admin/new-accounts', 'settings_saved');
}
