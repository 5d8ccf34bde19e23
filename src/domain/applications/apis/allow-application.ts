import { createHash } from 'node:crypto';
import { notifyChange } from '../../../platform/database/index.ts';
import { AppError, type Fault, invalidInput, notFound, parseInput } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { useCase } from '../../scope.ts';
import { type Application, getApplication, lockApplication } from '../applications/index.ts';
import { type Api, type ApiApplication, type ApiApplicationInput, apiApplicationInput } from './api.ts';
import { deleteApiApplication, listApiApplications, lockApi, writeApiApplication } from './store.ts';

const most = 200;

/** What stands for a version of what an application may ask for, which has none; 0 where it may not yet. */
export const versionOfAllowance = (allowed: ApiApplication | undefined): number =>
  allowed
    ? createHash('sha256')
        .update(JSON.stringify(partsOf(allowed)))
        .digest()
        .readUIntBE(0, 3) + 1
    : 0;

const partsOf = ({ scopes, ownScopes, isResourceServer }: ApiApplication) => ({ scopes, ownScopes, isResourceServer });

/**
 * What an application may ask for at an API, as a whole: what it might before is replaced.
 * @param version the one the editor saw
 * @throws AppError invalid_input, not_found, changed_meanwhile, api_applications_full
 */
export const allowApplication = useCase(
  async (scope, apiId: string, applicationId: string, input: ApiApplicationInput, version?: number): Promise<void> => {
    const api = await lockApi(scope, apiId);
    const application = await lockApplication(scope, applicationId);
    const said = parseInput(apiApplicationInput, input);
    const faults = faultsOf(api, application, said);
    if (faults.length > 0) throw invalidInput(faults);
    const present = await listApiApplications(scope, api.apiId);
    const before = present.find((one) => one.applicationId === application.applicationId);
    if (version !== undefined && version !== versionOfAllowance(before)) throw new AppError('changed_meanwhile', 409);
    if (!before && present.length >= most) throw new AppError('api_applications_full', 409, { params: { most } });
    const inOrder = (names: string[]) => api.scopes.map(({ name }) => name).filter((name) => names.includes(name));
    const after: ApiApplication = {
      applicationId: application.applicationId,
      scopes: inOrder(said.scopes),
      ownScopes: inOrder(said.ownScopes),
      isResourceServer: said.isResourceServer,
    };
    if (before && JSON.stringify(before) === JSON.stringify(after)) return;
    await writeApiApplication(scope, api.apiId, after);
    await recordEvent(scope, {
      type: 'api.application-allowed',
      subject: { kind: 'api', id: api.apiId, name: api.name },
      applicationId: application.applicationId,
      details: { application: application.name, ...partsOf(after) },
    });
    await notifyChange(scope.db, scope.contextId);
  },
);

const listUnknown = ({ scopes: known }: Api, { scopes, ownScopes }: Required<ApiApplicationInput>): Fault[] =>
  Object.entries({ scopes, ownScopes }).flatMap(([list, names]) =>
    names.flatMap((name, index) =>
      known.some((one) => one.name === name) ? [] : [{ path: [list, index], message: 'fields.api_scope_unknown' }],
    ),
  );

function faultsOf(api: Api, { oidc }: Application, said: Required<ApiApplicationInput>): Fault[] {
  const unknown = listUnknown(api, said);
  if (!oidc) return [{ path: ['scopes'], message: 'fields.api_application_protocol' }, ...unknown];
  // RFC 7662 §2.1: whoever introspects proves who it is
  const isPublic = said.isResourceServer && oidc.token_endpoint_auth_method === 'none';
  return isPublic ? [...unknown, { path: ['isResourceServer'], message: 'fields.api_resource_server_public' }] : unknown;
}

/** The application has nothing to do with the API any more. @throws AppError not_found */
export const refuseApplication = useCase(async (scope, apiId: string, applicationId: string): Promise<void> => {
  const api = await lockApi(scope, apiId);
  const application = await getApplication(scope, applicationId);
  if (!(await deleteApiApplication(scope, api.apiId, application.applicationId))) throw notFound();
  await recordEvent(scope, {
    type: 'api.application-refused',
    subject: { kind: 'api', id: api.apiId, name: api.name },
    applicationId: application.applicationId,
    details: { application: application.name },
  });
  await notifyChange(scope.db, scope.contextId);
});
