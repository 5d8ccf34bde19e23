import {
  type ApplicationInput,
  type CatalogueEntry,
  fieldOfAsked,
  fillEntry,
  findCatalogueEntry,
  findFreeCode,
  isGenericEntry,
} from '../../../domain/applications/applications/index.ts';
import { invalidInput } from '../../../platform/errors/index.ts';
import { type PageContext, type Refusal, renameFields, renderPage } from '../../request/index.ts';
import { redirectTo, submitForm } from '../submit.ts';
import { presentEntry } from './catalogue.ts';
import { codeFrom, type FormValues, generalOf, isForEveryone, register } from './form-values.ts';
import { renderSamlForm } from './saml-form.ts';
import { layMetadata } from './saml-metadata.ts';
import { pathOfTab } from './shown.ts';
import { showSignIn } from './sign-in-values.ts';

/** An entry whose vendor is known: only what the company alone knows is asked. */
export const isConnected = (entry: CatalogueEntry | undefined): entry is CatalogueEntry => entry !== undefined && !isGenericEntry(entry);

export function showConnect(page: PageContext, entry: CatalogueEntry, refusal?: Refusal): void {
  const form = refusal && page.form;
  const asks = entry.asks.filter((asked) => asked.kind !== 'metadata').map((asked) => ({ ...asked, field: fieldOfAsked(asked) }));
  renderPage(
    page,
    'admin-console/applications/catalogue/connect',
    {
      entry: presentEntry(page, entry),
      asks: asks.map((asked) => ({ ...asked, typed: form?.get(asked.field) ?? '' })),
      asksMetadata: entry.asks.some(({ kind }) => kind === 'metadata'),
      typed: {
        name: form?.get('name') ?? entry.name,
        navigable: form?.get('navigable') === 'yes',
        forEveryone: isForEveryone(page),
        metadata: form?.get('metadata') ?? '',
        metadataUrl: form?.get('metadataUrl') ?? '',
      },
    },
    { refusal },
  );
}

/** Saves the application with the entry's values; metadata of which a part is not used is shown in the whole form first. */
export async function submitConnect(page: PageContext): Promise<void> {
  const entry = findCatalogueEntry(page.form.get('catalogueEntry'))!;
  const registered = await submitForm(
    page,
    async () => {
      const values = await readConnected(page, entry);
      if (!entry.asks.some(({ kind }) => kind === 'metadata')) return register(page, values);
      const isGiven = page.form.get('metadata').trim() || page.form.get('metadataUrl').trim() || (await page.form.file('metadataFile'));
      if (!isGiven) throw invalidInput({ metadata: 'fields.metadata_missing' });
      const { values: complete, preview } = await layMetadata(page, values);
      if (!preview) return register(page, complete);
      const choose = preview.choose && { status: 422, fields: { metadataEntity: page.t('fields.metadata_choose') } };
      await renderSamlForm(page, complete as FormValues, { preview, shows: () => true, back: '/admin/catalogue' }, choose);
      return undefined;
    },
    (refusal) =>
      showConnect(
        page,
        entry,
        renameFields(refusal, (field) => shownField(entry, field)),
      ),
  );
  if (!registered) return;
  const { application, clientSecret } = registered;
  if (clientSecret) await showSignIn(page, application.applicationId, clientSecret);
  else redirectTo(page, pathOfTab(application, 'sign-in'), 'application_connected');
}

async function readConnected(page: PageContext, entry: CatalogueEntry): Promise<ApplicationInput> {
  const { form, scope } = page;
  const { oidc, ...filled } = fillEntry(entry, (field) => form.get(field));
  const name = form.get('name').trim() || entry.name;
  const code = await findFreeCode(scope, codeFrom(name) || entry.id);
  return {
    ...generalOf(page, entry),
    ...filled,
    code,
    name,
    navigable: form.get('navigable') === 'yes',
    ...(oidc ? { oidc: { client_id: code, ...oidc } } : {}),
  };
}

/** What is made of an answer is refused at the answer. */
function shownField(entry: CatalogueEntry, field: string): string {
  const asked = entry.asks[0];
  if (field === 'name' || field.startsWith('metadata') || entry.asks.some((one) => one.kind !== 'metadata' && fieldOfAsked(one) === field))
    return field;
  return !asked ? 'name' : asked.kind === 'metadata' ? 'metadata' : fieldOfAsked(asked);
}

/** The whole form, filled in with what the entry says without the company's own values. */
export function newValues(page: PageContext, entry: CatalogueEntry): FormValues {
  const { oidc, saml, ...filled } = fillEntry({ ...entry, asks: [] }, () => '');
  const general = generalOf(page, entry);
  return { ...general, ...filled, ...(oidc ? { oidc: { client_id: general.code, ...oidc } } : { saml }) };
}
