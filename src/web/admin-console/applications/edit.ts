import {
  type Application,
  changeLogo,
  editApplication,
  findCatalogueEntry,
  getApplication,
  registerApplication,
} from '../../../domain/applications/applications/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import type { PageContext, Refusal } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import type { FormValues } from './form-values.ts';
import { newOidcValues, oidcValuesOf, readOidcValues, renderOidcForm } from './oidc-form.ts';
import { newSamlValues, readSamlValues, renderSamlForm, samlValuesOf } from './saml-form.ts';
import { layMetadata, type MetadataPreview } from './saml-metadata.ts';
import { showApplication } from './show.ts';

export async function showNew(page: PageContext): Promise<void> {
  const entry = findCatalogueEntry(page.query('entry')) ?? findCatalogueEntry('openid-connect')!;
  await render(page, entry.protocol === 'saml' ? newSamlValues(page, entry) : newOidcValues(page, entry));
}

export async function submitNew(page: PageContext): Promise<void> {
  const values = readValues(page);
  const registered = await submitForm(
    page,
    () => saveOrPreview(page, values, undefined, (complete) => registerApplication(page.scope, complete)),
    (refusal) => render(page, values, undefined, refusal),
  );
  if (!registered) return;
  const { application, clientSecret } = registered;
  if (clientSecret) await showApplication(page, application.applicationId, clientSecret);
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
    () =>
      saveOrPreview(page, values, application, (complete) =>
        editApplication(page.scope, application.applicationId, complete, shownVersion(page), page.form.get('new_subjects') !== 'yes'),
      ),
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

/** Metadata of which something is not used takes effect only after the administrator saw what. */
async function saveOrPreview<T>(
  page: PageContext,
  typed: FormValues,
  application: Application | undefined,
  save: (values: FormValues) => Promise<T>,
): Promise<T | undefined> {
  const { values, preview } = typed.saml ? await layMetadata(page, typed, application) : { values: typed };
  if (!preview) return save(values);
  const shown = { ...values, version: page.form.get('version') };
  const refusal = preview.choose && { status: 422, fields: { metadataEntity: page.t('fields.metadata_choose') } };
  await render(page, shown, application, refusal, preview);
  return undefined;
}

async function render(
  page: PageContext,
  values: FormValues,
  application?: Application,
  refusal?: Refusal,
  preview?: MetadataPreview,
): Promise<void> {
  if (values.saml) await renderSamlForm(page, values, { application, preview }, refusal);
  else await renderOidcForm(page, values, { application }, refusal);
}
