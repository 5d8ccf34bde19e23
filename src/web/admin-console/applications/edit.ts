import {
  type Application,
  changeLogo,
  countUnusableKeys,
  editApplication,
  findCatalogueEntry,
  getApplication,
  isPlaceholder,
} from '../../../domain/applications/applications/index.ts';
import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import type { PageContext, Refusal } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { isConnected, newValues, showConnect, submitConnect } from './connect.ts';
import { type FormValues, register } from './form-values.ts';
import { oidcValuesOf, readOidcValues, renderOidcForm } from './oidc-form.ts';
import { mergePart, type Part, partOfRefusal, readPart } from './parts.ts';
import { readSamlValues, renderSamlForm, samlValuesOf } from './saml-form.ts';
import { layMetadata, type MetadataPreview } from './saml-metadata.ts';
import { pathOfTab } from './shown.ts';
import { showSignIn } from './sign-in-values.ts';

export async function showNew(page: PageContext): Promise<void> {
  const entry = findCatalogueEntry(page.query('entry')) ?? findCatalogueEntry('openid-connect')!;
  if (isConnected(entry) && page.query('form') !== 'full') return showConnect(page, entry);
  await render(page, newValues(page, entry));
}

export async function submitNew(page: PageContext): Promise<void> {
  if (page.form.get('connect') === 'yes' && isConnected(findCatalogueEntry(page.form.get('catalogueEntry')))) return submitConnect(page);
  const values = readValues(page);
  const registered = await submitForm(
    page,
    () => {
      if (!page.form.get('found')) refusePlaceholders(values); // what metadata said is nobody's example
      return saveOrPreview(page, values, undefined, (complete) => register(page, complete));
    },
    (refusal) => render(page, values, {}, refusal),
  );
  if (!registered) return;
  const { application, clientSecret } = registered;
  if (clientSecret) await showSignIn(page, application.applicationId, clientSecret);
  else redirectTo(page, pathOfTab(application, 'sign-in'), doneWithKeys('application_connected', values));
}

/** A new application's own addresses: an example from the instructions would send people, and their data, to somebody else's domain. */
function refusePlaceholders({ launchUrl, oidc, saml }: FormValues): void {
  const services = (saml?.assertionConsumerServices ?? []) as { url?: string }[];
  const addresses: Record<string, (string | undefined)[]> = {
    launchUrl: [launchUrl],
    redirect_uris: (oidc?.redirect_uris ?? []) as string[],
    entityId: [saml?.entityId as string | undefined],
    assertionConsumerServices: services.map(({ url }) => url),
  };
  const left = Object.entries(addresses).filter(([, values]) =>
    values.some((one) => one !== undefined && !one.includes('*') && isPlaceholder(one)),
  );
  if (left.length > 0) throw invalidInput(Object.fromEntries(left.map(([field]) => [field, 'fields.still_example'])));
}

export async function showEdit(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const values = application.saml ? samlValuesOf(application) : oidcValuesOf(application);
  await render(page, { ...values, version: String(application.version) }, { application, part: readPart(page) });
}

export async function submitEdit(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const part = readPart(page);
  const before = application.saml ? samlValuesOf(application) : oidcValuesOf(application);
  const values = mergePart(part, readValues(page, application), before);
  const edited = await submitForm(
    page,
    () =>
      saveOrPreview(page, values, application, (complete) =>
        editApplication(page.scope, application.applicationId, complete, shownVersion(page), page.form.get('new_subjects') !== 'yes'),
      ),
    (refusal) => {
      const shown = partOfRefusal(part, application, Object.keys(refusal.fields ?? {}));
      return render(page, { ...values, version: page.form.get('version') }, { application, part: shown }, refusal);
    },
  );
  if (edited) redirectTo(page, pathOfTab(application, part), doneWithKeys('application_edited', values));
}

/** With the number of keys that cannot be used: the form shows only those that were kept. */
function doneWithKeys(done: string, { oidc }: FormValues): string {
  const count = countUnusableKeys(oidc?.jwks);
  return count > 0 ? `${done}_keys&count=${count}` : done;
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
  await render(page, shown, { application, preview }, refusal);
  return undefined;
}

type Shown = { application?: Application; preview?: MetadataPreview; part?: Part };

async function render(page: PageContext, values: FormValues, shown: Shown = {}, refusal?: Refusal): Promise<void> {
  const { application, part } = shown;
  const back = application ? pathOfTab(application, part) : '/admin/catalogue';
  const locals = { ...shown, back, shows: (one: Part) => part === undefined || part === one };
  if (values.saml) await renderSamlForm(page, values, locals, refusal);
  else await renderOidcForm(page, values, locals, refusal);
}
