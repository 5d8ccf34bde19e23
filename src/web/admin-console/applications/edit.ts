import {
  type Application,
  type ApplicationInput,
  changeLogo,
  createApplication,
  editApplication,
  findCatalogueEntry,
  getApplication,
} from '../../../domain/applications/index.ts';
import { inTransaction } from '../../../domain/scope.ts';
import { nameKey } from '../../../domain/users/index.ts';
import { randomToken } from '../../../platform/crypto/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { showApplication } from './show.ts';

const lists = ['redirect_uris', 'post_logout_redirect_uris'] as const;
const texts = ['client_id', 'backchannel_logout_uri', 'initiate_login_uri'] as const;
const flags = ['dpop_bound_access_tokens', 'require_pushed_authorization_requests'] as const;

type FormValues = ApplicationInput & { oidc: Record<string, unknown>; version?: string };

export async function showNew(page: PageContext): Promise<void> {
  const entry = findCatalogueEntry(page.query('entry')) ?? findCatalogueEntry('openid-connect')!;
  const host = /^[a-z0-9.:-]{1,253}$/i.test(page.query('host')) ? page.query('host') : 'app.example.com';
  const fill = (template: string | undefined) => template?.replace('{host}', host);
  const code = entry.id === 'openid-connect' ? '' : entry.id;
  render(page, {
    code,
    name: entry.id === 'openid-connect' ? '' : entry.name,
    category: entry.category,
    catalogueEntry: entry.id,
    launchUrl: fill(entry.launchUrl),
    oidc: {
      client_id: code,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [fill(entry.redirectUri)!],
      post_logout_redirect_uris: entry.postLogoutRedirectUri ? [fill(entry.postLogoutRedirectUri)!] : [],
      backchannel_logout_uri: fill(entry.backchannelLogoutUri),
      grant_types: entry.grantTypes,
      id_token_signed_response_alg: entry.alg,
    },
  });
}

export async function submitNew(page: PageContext): Promise<void> {
  const values = readValues(page);
  const usesSecret = String(values.oidc.token_endpoint_auth_method).startsWith('client_secret');
  const secret = usesSecret ? randomToken() : undefined;
  const application = await submitForm(
    page,
    () =>
      inTransaction(page.scope, (scope) =>
        createApplication(scope, { ...values, oidc: { ...values.oidc, client_secret: secret } }, page.services.keyRing),
      ),
    (fields, status, fault) => render(page, values, undefined, fields, status, fault),
  );
  if (!application) return;
  if (secret) await showApplication(page, application.applicationId, secret);
  else redirectTo(page, `/admin/applications/${application.applicationId}`, 'application_created');
}

export async function showEdit(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const { secret_fingerprint: _, ...oidc } = application.oidc ?? {};
  render(page, { ...application, oidc, version: String(application.version) }, application);
}

export async function submitEdit(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const values = readValues(page, application);
  const edited = await submitForm(
    page,
    () =>
      inTransaction(page.scope, (scope) =>
        editApplication(scope, application.applicationId, values, page.services.keyRing, shownVersion(page)),
      ),
    (fields, status, fault) => render(page, { ...values, version: page.form.get('version') }, application, fields, status, fault),
  );
  if (edited) redirectTo(page, `/admin/applications/${application.applicationId}`, 'application_edited');
}

export async function submitLogo(page: PageContext): Promise<void> {
  await getApplication(page.scope, page.params.application!);
  const content = await page.form.file('logo');
  if (!content && page.form.get('remove') !== 'yes') throw new AppError('no_file', 422);
  await inTransaction(page.scope, (scope) => changeLogo(scope, page.params.application!, content));
  redirectTo(page, `/admin/applications/${page.params.application}`, 'logo_changed');
}

/** "Payroll (HR)" → payroll-hr */
const codeFrom = (name: string): string =>
  nameKey(name)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');

/** Settings the form does not show (`jwks` and the like, set by a file) stay as they are. */
function readValues({ form }: PageContext, before?: Application): FormValues {
  const { secret_fingerprint: _, ...kept } = before?.oidc ?? {};
  const code = form.get('code').trim() || codeFrom(form.get('name'));
  return {
    code,
    name: form.get('name'),
    description: form.get('description'),
    category: form.get('category'),
    catalogueEntry: before?.catalogueEntry ?? findCatalogueEntry(form.get('catalogueEntry'))?.id,
    navigable: form.get('navigable') === 'yes',
    launchUrl: form.get('launchUrl').trim() || undefined,
    oidc: {
      ...kept,
      ...Object.fromEntries(texts.map((name) => [name, form.get(name).trim() || undefined])),
      ...Object.fromEntries(lists.map((name) => [name, form.lines(name)])),
      ...Object.fromEntries(flags.map((name) => [name, form.get(name) === 'yes'])),
      client_id: form.get('client_id').trim() || code,
      token_endpoint_auth_method: form.get('token_endpoint_auth_method') || 'client_secret_basic',
      grant_types: form.all('grant_types'),
      id_token_signed_response_alg: form.get('id_token_signed_response_alg') || 'ES256',
    },
  };
}

function render(page: PageContext, values: FormValues, application?: Application, fields = {}, status = 200, fault?: string): void {
  const lines = Object.fromEntries(lists.map((name) => [name, ((values.oidc[name] as string[] | undefined) ?? []).join('\n')]));
  renderPage(page, 'admin-console/application-form', { values, lines, application, fields, fault }, { status });
}
