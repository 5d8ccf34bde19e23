import { type Api, type ApiInput, createApi, deleteApi, editApi, getApi } from '../../../domain/applications/apis/index.ts';
import { type Locale, locales } from '../../../platform/i18n/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

const at = '/admin/apis';

type Values = Omit<ApiInput, 'accessTokenSeconds' | 'scopes'> & {
  minutes: string;
  scopes: { name: string; texts: Partial<Record<Locale, string>> }[];
  version?: number;
};

const empty: Values = { identifier: '', name: '', tokenFormat: 'jwt', signingAlg: 'RS256', minutes: '15', scopesClaim: 'none', scopes: [] };

export const showNew = async (page: PageContext): Promise<void> => show(page, empty);

export async function showEdit(page: PageContext): Promise<void> {
  const api = await getApi(page.scope, page.params.api!);
  show(page, { ...api, minutes: String(api.accessTokenSeconds / 60) }, api);
}

function show(page: PageContext, values: Values, api?: Api, refusal?: Refusal): void {
  const blank = { name: '', texts: {} };
  renderPage(
    page,
    'admin-console/apis/form',
    { values, api, locales, rows: [...values.scopes, ...(api ? [blank] : [blank, blank, blank])] },
    { refusal },
  );
}

/** A row without a word is one that nobody filled in. */
function readValues({ form }: PageContext): Values {
  const texts = Object.fromEntries(locales.map((locale) => [locale, form.all(`scope_${locale}`)])) as Record<Locale, string[]>;
  const gone = form.all('scope_gone');
  const scopes = form.all('scope_name').map((name, index) => ({
    name: name.trim(),
    texts: Object.fromEntries(locales.map((locale) => [locale, texts[locale][index]?.trim() || undefined])),
  }));
  return {
    identifier: form.get('identifier').trim(),
    name: form.get('name').trim(),
    tokenFormat: form.get('tokenFormat') as ApiInput['tokenFormat'],
    signingAlg: form.get('signingAlg') as ApiInput['signingAlg'],
    minutes: form.get('accessTokenSeconds').trim(),
    scopesClaim: form.get('scopesClaim') as ApiInput['scopesClaim'],
    scopes: scopes.filter(({ name, texts: words }) => !gone.includes(name) && (name !== '' || Object.values(words).some(Boolean))),
  };
}

/** Typed in minutes. */
const inputOf = ({ minutes, version: _, ...values }: Values): ApiInput => ({
  ...values,
  accessTokenSeconds: Math.round(Number(minutes.replace(',', '.') || Number.NaN) * 60),
});

export async function submitNew(page: PageContext): Promise<void> {
  const values = readValues(page);
  const api = await submitForm(
    page,
    () => createApi(page.scope, inputOf(values)),
    (refusal) => show(page, values, undefined, refusal),
  );
  if (api) redirectTo(page, `${at}/${api.apiId}`, 'api_created');
}

export async function submitEdit(page: PageContext): Promise<void> {
  const api = await getApi(page.scope, page.params.api!);
  const values = { ...readValues(page), identifier: api.identifier };
  const version = shownVersion(page);
  const { identifier: _, ...changes } = inputOf(values);
  const done = await submitForm(
    page,
    () => editApi(page.scope, api.apiId, changes, version),
    (refusal) => show(page, { ...values, version }, api, refusal),
  );
  if (done) redirectTo(page, `${at}/${api.apiId}`, 'api_edited');
}

export async function confirmDeletion(page: PageContext): Promise<void> {
  const { apiId, name } = await getApi(page.scope, page.params.api!);
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.delete_api',
    name,
    action: `${at}/${apiId}/delete`,
    back: `${at}/${apiId}`,
    dangerous: true,
  });
}

export async function submitDeletion(page: PageContext): Promise<void> {
  await deleteApi(page.scope, page.params.api!);
  redirectTo(page, at, 'api_deleted');
}
