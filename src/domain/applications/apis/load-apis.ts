import type { ApplicationId, Scope } from '../../scope.ts';
import type { Api, ApiApplication } from './api.ts';
import { listAllApiApplications, listApis } from './store.ts';

/** Without its texts: they are many, and this is kept for each company. */
export type ApiWithApplications = Omit<Api, 'scopes'> & { scopes: { name: string }[]; applications: Map<ApplicationId, ApiApplication> };

/** All of the company’s, for whoever issues tokens, by identifier. Any change of them is noticed (notifyChange); who is granted what is not in it. */
export async function loadApis(scope: Scope): Promise<Map<string, ApiWithApplications>> {
  const apis = (await listApis(scope)).map(
    (api): ApiWithApplications => ({
      ...api,
      scopes: api.scopes.map(({ name }) => ({ name })),
      applications: new Map(),
    }),
  );
  const byId = new Map(apis.map((api) => [api.apiId, api]));
  if (apis.length > 0)
    for (const { apiId, ...one } of await listAllApiApplications(scope)) byId.get(apiId)?.applications.set(one.applicationId, one);
  return new Map(apis.map((api) => [api.identifier, api]));
}
