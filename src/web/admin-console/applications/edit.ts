import {
  type Application,
  changeLogo,
  createApplication,
  editApplication,
  findCatalogueEntry,
  getApplication,
} from '../../../domain/applications/applications/index.ts';
import { inTransaction } from '../../../domain/scope.ts';
import { randomToken } from '../../../platform/crypto/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { PageContext, Refusal } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import type { FormValues } from './form-values.ts';
import { newOidcValues, oidcValuesOf, readOidcValues, renderOidcForm } from './oidc-form.ts';
import { newSamlValues, readSamlValues, renderSamlForm, samlValuesOf, withMetadata } from './saml-form.ts';
import { showApplication } from './show.ts';

export async function showNew(page: PageContext): Promise<void> {
  const entry = findCatalogueEntry(page.query('entry')) ?? findCatalogueEntry('openid-connect')!;
  await render(page, entry.protocol === 'saml' ? newSamlValues(page, entry) : newOidcValues(page, entry));
}

export async function submitNew(page: PageContext): Promise<void> {
  const values = readValues(page);
  const usesSecret = String(values.oidc?.token_endpoint_auth_method).startsWith('client_secret');
  const secret = usesSecret ? randomToken() : undefined;
  const application = await submitForm(
    page,
    async () => {
      const complete = await completed(page, values);
      const input = secret ? { ...complete, oidc: { ...complete.oidc, client_secret: secret } } : complete;
      return inTransaction(page.scope, (scope) => createApplication(scope, input, page.services.keyRing));
    },
    (refusal) => render(page, values, undefined, refusal),
  );
  if (!application) return;
  if (secret) await showApplication(page, application.applicationId, secret);
  else redirectTo(page, `/admin/applications/${application.applicationId}`, 'application_created');
}

export async function showEdit(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const values = application.saml ? samlValuesOf(application) : oidcValuesOf(application);
  await render(page, { ...values, version: String(application.version) }, application);
}

export async function submitEdit(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const values = readValues(page, application);
  const edited = await submitForm(
    page,
    async () => {
      const input = await completed(page, values, application);
      return inTransaction(page.scope, (scope) =>
        editApplication(scope, application.applicationId, input, page.services.keyRing, shownVersion(page)),
      );
    },
    (refusal) => render(page, { ...values, version: page.form.get('version') }, application, refusal),
  );
  if (edited) redirectTo(page, `/admin/applications/${application.applicationId}`, 'application_edited');
}

export async function submitLogo(page: PageContext): Promise<void> {
  await getApplication(page.scope, page.params.application!);
  const content = await page.form.file('logo');
  if (!content && page.form.get('remove') !== 'yes') throw new AppError('no_file', 422);
  await changeLogo(page.scope, page.params.application!, content);
  redirectTo(page, `/admin/applications/${page.params.application}`, 'logo_changed');
}

/** A new application speaks the protocol of its form; one that exists keeps its own. */
function readValues(page: PageContext, before?: Application): FormValues {
  const isSaml = before ? before.saml !== undefined : page.form.get('protocol') === 'saml';
  return isSaml ? readSamlValues(page, before) : readOidcValues(page, before);
}

const completed = (page: PageContext, values: FormValues, before?: Application): Promise<FormValues> =>
  values.saml ? withMetadata(page, values, before) : Promise.resolve(values);

async function render(page: PageContext, values: FormValues, application?: Application, refusal?: Refusal): Promise<void> {
  const show = values.saml ? renderSamlForm : renderOidcForm;
  await show(page, values, { application }, refusal);
}
