import {
  type Api,
  getApi,
  listApiApplications,
  listApis,
  listScopeGrants,
  portableApi,
  textOfScope,
} from '../../../domain/applications/apis/index.ts';
import { listApplicationsByIds } from '../../../domain/applications/applications/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';

export async function showApis(page: PageContext): Promise<void> {
  renderPage(page, 'admin-console/apis/list', { apis: await listApis(page.scope) });
}

/** Its applications with their names, by name. */
async function applicationsOf({ scope }: PageContext, { apiId }: Api) {
  const allowed = new Map((await listApiApplications(scope, apiId)).map((one) => [one.applicationId, one]));
  const applications = await listApplicationsByIds(scope, [...allowed.keys()]);
  return applications.map(({ applicationId, code, name }) => ({ code, name, ...allowed.get(applicationId)! }));
}

export async function showApi(page: PageContext): Promise<void> {
  const { scope, context, services } = page;
  const api = await getApi(scope, page.params.api!);
  const grants = await listScopeGrants(scope, api.apiId);
  const metadata = `${context.url}${services.pathOf({ page: 'api-metadata', api: api.apiId })}`;
  renderPage(page, 'admin-console/apis/api', {
    api,
    scopes: api.scopes.map((one) => ({
      name: one.name,
      text: textOfScope(one, page.locale),
      users: grants.users.filter(({ scope: name }) => name === one.name),
      groups: grants.groups.filter(({ scope: name }) => name === one.name),
    })),
    applications: await applicationsOf(page, api),
    values: valuesOf(api, context.url, metadata),
    // RFC 9728 §5.1
    challenge: `WWW-Authenticate: Bearer resource_metadata="${metadata}"`,
  });
}

/** What the API's developers need. */
const valuesOf = ({ identifier, tokenFormat }: Api, url: string, metadata: string): { key: string; value: string }[] => [
  { key: 'issuer', value: url },
  { key: 'audience', value: identifier },
  tokenFormat === 'jwt'
    ? { key: 'jwks_uri', value: `${url}/oidc/jwks` }
    : { key: 'introspection_endpoint', value: `${url}/oidc/introspect` },
  { key: 'resource_metadata', value: metadata },
];

/** The API with its groups and applications, as a file that `portaria apply` reads; without the people, who have other names elsewhere. */
export async function exportApi(page: PageContext): Promise<void> {
  const { ctx, scope, context, params } = page;
  const api = await getApi(scope, params.api!);
  const { groups } = await listScopeGrants(scope, api.apiId);
  const { scopes, ...data } = portableApi(api);
  const file = {
    ...data,
    scopes: scopes.map((one) => {
      const names = groups.filter((group) => group.scope === one.name).map(({ name }) => name);
      return names.length > 0 ? { ...one, grantedTo: { groups: names } } : one;
    }),
    applications: (await applicationsOf(page, api)).map(({ applicationId: _a, name: _n, ...one }) => one),
  };
  ctx.set('content-type', 'application/json; charset=utf-8');
  ctx.set('content-disposition', `attachment; filename="${context.code}-api.json"`);
  ctx.body = JSON.stringify({ contexts: [{ code: context.code, name: context.name, apis: [file] }] }, null, 2);
}
