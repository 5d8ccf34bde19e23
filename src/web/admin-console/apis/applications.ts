import {
  type ApiApplicationInput,
  allowApplication,
  getApi,
  listApiApplications,
  refuseApplication,
  textOfScope,
  versionOfAllowance,
} from '../../../domain/applications/apis/index.ts';
import { type Application, getApplication, listApplications } from '../../../domain/applications/applications/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

/** Which of the company's applications: only those of OpenID Connect can ask for tokens. */
export async function showApplicationChoice(page: PageContext): Promise<void> {
  const api = await getApi(page.scope, page.params.api!);
  const filter = { search: page.query('q').slice(0, 100), cursor: page.query('after') };
  const { items, cursor } = await listApplications(page.scope, filter);
  const applications = items.filter(({ oidc }) => oidc);
  renderPage(page, 'admin-console/apis/choose', { api, applications, cursor, search: filter.search });
}

export async function showApplicationForm(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const { apiId } = await getApi(page.scope, page.params.api!);
  const present = (await listApiApplications(page.scope, apiId)).find((one) => one.applicationId === application.applicationId);
  await show(page, application, { ...present, version: versionOfAllowance(present) }, present !== undefined);
}

type Values = ApiApplicationInput & { version: number };

async function show(page: PageContext, application: Application, values: Values, isPresent: boolean, refusal?: Refusal) {
  const api = await getApi(page.scope, page.params.api!);
  const scopes = api.scopes.map((one) => ({
    name: one.name,
    text: textOfScope(one, page.locale),
    isAsked: values.scopes?.includes(one.name),
    isOwn: values.ownScopes?.includes(one.name),
  }));
  const mayBeAlone = application.oidc?.grant_types.includes('client_credentials');
  renderPage(page, 'admin-console/apis/application', { api, application, values, scopes, isPresent, mayBeAlone }, { refusal });
}

export async function submitApplication(page: PageContext): Promise<void> {
  const { form, params } = page;
  const application = await getApplication(page.scope, params.application!);
  const values = {
    scopes: form.all('scopes'),
    ownScopes: form.all('ownScopes'),
    isResourceServer: form.get('isResourceServer') === 'yes',
  };
  const version = shownVersion(page);
  const done = await submitForm(
    page,
    () => allowApplication(page.scope, params.api!, application.applicationId, values, version).then(() => true),
    (refusal) => show(page, application, { ...values, version }, form.get('present') === 'yes', refusal),
  );
  if (done) redirectTo(page, `/admin/apis/${params.api}`, 'api_application_allowed');
}

export async function submitRefusal(page: PageContext): Promise<void> {
  await refuseApplication(page.scope, page.params.api!, page.params.application!);
  redirectTo(page, `/admin/apis/${page.params.api}`, 'api_application_refused');
}
