import { type Application, catalogue, findCatalogueEntry, getApplication, listApplications } from '../../../domain/applications/index.ts';
import { listAssignees } from '../../../domain/assignments/index.ts';
import { type PageContext, type ResolvedContext, renderPage } from '../../request/index.ts';

export async function showApplications(page: PageContext): Promise<void> {
  const filter = { search: page.query('q').slice(0, 100), cursor: page.query('after') };
  const { items, cursor } = await listApplications(page.scope, filter);
  renderPage(page, 'admin-console/applications', { applications: items, cursor, search: filter.search });
}

export async function showCatalogue(page: PageContext): Promise<void> {
  renderPage(page, 'admin-console/catalogue', { catalogue });
}

/** @param secret a client secret that was made just now: this page is the only one that ever shows it */
export async function showApplication(page: PageContext, applicationId = page.params.application!, secret?: string): Promise<void> {
  const application = await getApplication(page.scope, applicationId);
  renderPage(page, 'admin-console/application', {
    application,
    secret,
    values: application.oidc ? valuesForTheOtherSide(application, page.context, secret) : [],
    assignees: await listAssignees(page.scope, application.applicationId, 10),
  });
}

/** Exactly what the other side asks for, under its own names where the catalogue knows them. */
function valuesForTheOtherSide({ oidc, catalogueEntry }: Application, { url }: ResolvedContext, secret: string | undefined) {
  const names = findCatalogueEntry(catalogueEntry ?? '')?.theirNames ?? {};
  const values: Record<string, string | undefined> = {
    issuer: url,
    discovery: `${url}/.well-known/openid-configuration`,
    client_id: oidc!.client_id,
    client_secret: secret,
    scopes: 'openid profile email groups',
    authorization_endpoint: `${url}/oidc/authorize`,
    token_endpoint: `${url}/oidc/token`,
    userinfo_endpoint: `${url}/oidc/userinfo`,
    end_session_endpoint: `${url}/oidc/sign-out`,
    jwks_uri: `${url}/oidc/jwks`,
  };
  return Object.entries(values)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([key, value]) => ({ key, value, theirName: names[key as keyof typeof names] }));
}
