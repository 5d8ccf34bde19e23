import { notifyChange, orTaken } from '../../../platform/database/index.ts';
import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { findApplicationByClientId } from '../applications/index.ts';
import { forgetConsents } from '../consents/index.ts';
import { type Api, type ApiInput, apiInput, apiScopeKey } from './api.ts';
import { findApiByIdentifier, getApi, insertApi, listApis, lockApi, lockApis, removeApi, updateApi } from './store.ts';

const most = 100;

const taken = () => new AppError('api_identifier_taken', 409, { fields: { identifier: 'fields.taken' } });

/** @throws AppError invalid_input, api_identifier_taken, apis_full */
export const createApi = useCase(async (scope, input: ApiInput): Promise<Api> => {
  const data = parseInput(apiInput, input, 'path');
  await lockApis(scope);
  if (await findApiByIdentifier(scope, data.identifier)) throw taken();
  // an ID token names its application as the audience: it must never look like a token of an API
  if (await findApplicationByClientId(scope, data.identifier))
    throw new AppError('invalid_input', 422, { fields: { identifier: 'fields.api_identifier_client' } });
  if ((await listApis(scope)).length >= most) throw new AppError('apis_full', 409, { params: { most } });
  const apiId = await orTaken(insertApi(scope, data), { apis_identifier: taken });
  return announce(scope, 'api.created', await getApi(scope, apiId), data);
});

/**
 * A scope that is not among them any more goes from everybody who was granted it and from every application.
 * @param input without the identifier, which stays
 * @param version the one the editor saw
 * @throws AppError invalid_input, not_found, changed_meanwhile
 */
export const editApi = useCase(async (scope, apiId: string, input: Omit<ApiInput, 'identifier'>, version?: number): Promise<Api> => {
  const before = await lockApi(scope, apiId);
  if (version !== undefined && version !== before.version) throw new AppError('changed_meanwhile', 409);
  const data = parseInput(apiInput, { ...input, identifier: before.identifier }, 'path');
  const changed = (Object.keys(data) as (keyof typeof data)[]).filter((key) => JSON.stringify(data[key]) !== JSON.stringify(before[key]));
  if (changed.length === 0) return before;
  await updateApi(scope, before, data);
  const gone = before.scopes.filter(({ name }) => !data.scopes.some((one) => one.name === name));
  await forgetConsents(
    scope,
    gone.map(({ name }) => apiScopeKey(before.identifier, name)),
  );
  const pick = (api: typeof data) => Object.fromEntries(changed.map((key) => [key, api[key]]));
  return announce(scope, 'api.edited', await getApi(scope, apiId), { before: pick(before), after: pick(data) });
});

/** Its tokens are none from now on at introspection; signed ones last until they end. @throws AppError not_found */
export const deleteApi = useCase(async (scope, apiId: string): Promise<void> => {
  const api = await lockApi(scope, apiId);
  await removeApi(scope, api.apiId);
  await forgetConsents(
    scope,
    api.scopes.map(({ name }) => apiScopeKey(api.identifier, name)),
  );
  await announce(scope, 'api.deleted', api, { identifier: api.identifier });
});

async function announce(scope: Transaction, type: AuditEventType, api: Api, details: Record<string, unknown>): Promise<Api> {
  await recordEvent(scope, { type, subject: { kind: 'api', id: api.apiId, name: api.name }, details });
  await notifyChange(scope.db, scope.contextId);
  return api;
}
