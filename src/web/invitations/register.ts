import { completeRegistration, requestRegistration } from '../../domain/administration/invitations/index.ts';
import { listCustomFields } from '../../domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../domain/company/new-accounts/index.ts';
import { identifier } from '../../domain/people/users/index.ts';
import { findLink } from '../../domain/records/one-time-links/index.ts';
import { findPolicyOf } from '../../domain/sign-in/authentication/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { fieldTexts, namedAsInForm, type PageContext, readCustomFields, renderPage, rulesOf } from '../request/index.ts';

export async function showRegistration(page: PageContext, error?: AppError): Promise<void> {
  const { selfRegistration, domains } = await page.services.findSettings(page.context.contextId, newAccountsSettings);
  if (!selfRegistration) throw notFound();
  const values = { firstName: page.form.get('firstName'), lastName: page.form.get('lastName'), email: page.form.get('email') };
  renderPage(page, 'invitations/register', { values, domains, fields: fieldTexts(page, error) }, { status: error?.status ?? 200 });
}

export async function submitRegistration(page: PageContext): Promise<void> {
  const text = (name: string) => page.form.get(name).trim();
  try {
    const input = { firstName: text('firstName'), lastName: text('lastName'), email: text('email'), locale: page.locale };
    await requestRegistration(page.scope, input);
  } catch (error) {
    if (!(error instanceof AppError && error.fields)) throw error;
    return showRegistration(page, error);
  }
  renderPage(page, 'invitations/requested', { email: text('email') });
}

/** Required fields only: the rest is for whoever administers people. */
const askedFields = async (page: PageContext) => (await listCustomFields(page.scope)).filter(({ isRequired }) => isRequired);

export async function showDetails(page: PageContext, error?: AppError): Promise<void> {
  const link = await findLink(page.scope, 'registration', page.params.token!);
  if (!link) throw new AppError('link_over', 410);
  const customFields = await askedFields(page);
  const policy = await findPolicyOf(page.scope, await rulesOf(page), { role: 'regular' });
  renderPage(
    page,
    'invitations/details',
    {
      person: undefined,
      registration: link.payload,
      rules: { ...policy.password, history: 0 },
      customFields,
      custom: readCustomFields(page, customFields),
      fields: namedAsInForm(fieldTexts(page, error)),
      action: `/register/${page.params.token}`,
    },
    { status: error?.status ?? 200 },
  );
}

export async function submitDetails(page: PageContext): Promise<void> {
  const { scope, form, params } = page;
  const details = {
    newPassword: form.get('newPassword'),
    repeatPassword: form.get('repeatPassword'),
    customFields: readCustomFields(page, await askedFields(page)),
  };
  try {
    const user = await completeRegistration(scope, await rulesOf(page), params.token!, details);
    renderPage(page, 'invitations/done', { login: identifier(user) });
  } catch (error) {
    // an address that is taken by now is no field of this form
    if (!(error instanceof AppError && error.fields) || error.code === 'login_taken') throw error;
    await showDetails(page, error);
  }
}
