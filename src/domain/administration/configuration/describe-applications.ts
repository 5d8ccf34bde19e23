import { listAllApiApplications, listApis, listGroupGrants, portableApi } from '../../applications/apis/index.ts';
import {
  type Application,
  listApplications,
  listLogos,
  oidcInput,
  portableApplication,
  samlInput,
} from '../../applications/applications/index.ts';
import { listGroupAssignments } from '../../applications/assignments/index.ts';
import type { ApplicationId, GroupId, Scope } from '../../scope.ts';
import { dataAddress } from './data-address.ts';
import { inOrder } from './describe-groups.ts';

const all = 1_000_000;

export type DescribedApplications = { described: unknown[]; groups: GroupId[]; codes: Map<ApplicationId, string> };

export async function describeApplications(scope: Scope): Promise<DescribedApplications> {
  const { items } = await listApplications(scope, {}, all);
  const logos = await listLogos(scope);
  const assignments = await listGroupAssignments(scope);
  const byApplication = Map.groupBy(assignments, ({ applicationId }) => applicationId);
  const described = items
    .toSorted((a, b) => inOrder(a.code, b.code))
    .map((application) => {
      const { oidc, saml, ...general } = portable(application);
      const logo = logos.get(application.applicationId);
      const groups = (byApplication.get(application.applicationId) ?? []).map(({ name }) => name).sort(inOrder);
      return { ...general, logo: logo && dataAddress(logo), oidc, saml, assignedTo: { groups } };
    });
  return {
    described,
    groups: assignments.map(({ groupId }) => groupId),
    codes: new Map(items.map(({ applicationId, code }) => [applicationId, code])),
  };
}

/** With what the file's own default would say of it: so each part is seen to change. */
function portable(application: Application) {
  const { name, description, category, navigable, enabled } = application;
  const { oidc, saml, ...general } = portableApplication(application);
  return {
    ...general,
    name,
    description,
    category,
    navigable,
    enabled,
    // what an earlier version kept may lack what has a default now
    oidc: oidc && (oidcInput.safeParse(oidc).data ?? oidc),
    saml: saml && inShapeOf(samlInput.shape, saml),
  };
}

const inShapeOf = (shape: object, value: object): object =>
  Object.fromEntries(
    Object.keys(shape)
      .filter((key) => key in value)
      .map((key) => [key, value[key as keyof typeof value]]),
  );

export async function describeApis(scope: Scope, { codes }: DescribedApplications): Promise<{ described: unknown[]; groups: GroupId[] }> {
  const apis = await listApis(scope);
  const clients = Map.groupBy(await listAllApiApplications(scope), ({ apiId }) => apiId);
  const grants = await listGroupGrants(scope);
  const groupsOf = new Map([...Map.groupBy(grants, ({ apiId, scope: name }) => `${apiId} ${name}`)]);
  const described = apis
    .toSorted((a, b) => inOrder(a.identifier, b.identifier))
    .map((api) => ({
      ...portableApi(api),
      scopes: api.scopes.map(({ name, texts }) => ({
        name,
        texts,
        grantedTo: { groups: (groupsOf.get(`${api.apiId} ${name}`) ?? []).map((one) => one.name).sort(inOrder) },
      })),
      applications: (clients.get(api.apiId) ?? [])
        .map(({ applicationId, scopes, ownScopes, isResourceServer }) => ({
          code: codes.get(applicationId)!,
          scopes,
          ownScopes,
          isResourceServer,
        }))
        .sort((a, b) => inOrder(a.code, b.code)),
    }));
  return { described, groups: grants.map(({ groupId }) => groupId) };
}
