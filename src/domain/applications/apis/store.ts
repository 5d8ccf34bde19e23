import { newId } from '../../../platform/crypto/index.ts';
import { jsonText, run } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { nameKey } from '../../people/users/index.ts';
import type { Row } from '../../rows.ts';
import { type ApiId, type ApplicationId, isId, type Scope, type Transaction } from '../../scope.ts';
import type { Api, ApiApplication, ApiData, ApiScope } from './api.ts';

type ApiRow = Row<'apis'> & { scopes: ApiScope[] };

const fromRow = (row: ApiRow): Api => ({
  apiId: row.api_id,
  identifier: row.identifier,
  name: row.name,
  tokenFormat: row.token_format,
  signingAlg: row.signing_alg,
  accessTokenSeconds: row.access_token_seconds,
  scopesClaim: row.scopes_claim,
  scopes: row.scopes,
  version: row.version,
});

const apis = ({ db, contextId }: Scope) => db('apis').where('apis.context_id', contextId);

const scopesOf = `(SELECT COALESCE(jsonb_agg(jsonb_build_object('name', s.name, 'texts', s.texts) ORDER BY s.position), '[]') FROM api_scopes s
  WHERE s.context_id = apis.context_id AND s.api_id = apis.api_id)`;

const withScopes = (scope: Scope) => apis(scope).select<ApiRow[]>('apis.*', scope.db.raw(`${scopesOf} AS scopes`));

const allApis = `SELECT api_id, identifier, name, token_format, signing_alg, access_token_seconds, scopes_claim, version, ${scopesOf} AS scopes
  FROM apis WHERE context_id = $1 ORDER BY name_key, api_id`;

/** By name; there are at most a hundred. */
export const listApis = async ({ db, contextId }: Scope): Promise<Api[]> =>
  (await run<ApiRow>(db, 'apis', allApis, [contextId])).rows.map(fromRow);

export async function findApiByIdentifier(scope: Scope, identifier: string): Promise<Api | undefined> {
  const row = await withScopes(scope).where({ identifier }).first();
  return row && fromRow(row);
}

/** @throws AppError not_found */
export async function getApi(scope: Scope, apiId: string): Promise<Api> {
  const row = isId(apiId) ? await withScopes(scope).where('api_id', apiId).first() : undefined;
  if (!row) throw notFound();
  return fromRow(row);
}

/** Nobody else changes it until the transaction ends. @throws AppError not_found */
export async function lockApi(scope: Transaction, apiId: string): Promise<Api> {
  if (!isId(apiId)) throw notFound();
  await apis(scope).where('api_id', apiId).forUpdate().select(scope.db.raw('1'));
  return getApi(scope, apiId);
}

/** Changes of their number wait for each other. */
export async function lockApis({ db, contextId }: Transaction): Promise<void> {
  await db.raw("SELECT pg_advisory_xact_lock(hashtextextended('apis ' || ?::text, 0))", [contextId]);
}

const columns = (data: ApiData) => ({
  name: data.name,
  name_key: nameKey(data.name),
  token_format: data.tokenFormat,
  signing_alg: data.signingAlg,
  access_token_seconds: data.accessTokenSeconds,
  scopes_claim: data.scopesClaim,
});

export async function insertApi(scope: Transaction, data: ApiData): Promise<ApiId> {
  const now = scope.clock.now();
  const api_id = newId(now.getTime()) as ApiId;
  await scope.db('apis').insert({
    context_id: scope.contextId,
    api_id,
    identifier: data.identifier,
    ...columns(data),
    created_at: now,
    updated_at: now,
  });
  await writeScopes(scope, api_id, data.scopes);
  return api_id;
}

export async function updateApi(scope: Transaction, { apiId, version }: Api, data: ApiData): Promise<void> {
  await apis(scope)
    .where('api_id', apiId)
    .update({ ...columns(data), updated_at: scope.clock.now(), version: version + 1 });
  await writeScopes(scope, apiId, data.scopes);
}

/** Those that are not in the list go, with everybody who was granted them; a scope that comes again later begins with nobody. */
async function writeScopes(scope: Transaction, api_id: ApiId, scopes: ApiScope[]): Promise<void> {
  const { db, contextId } = scope;
  const names = scopes.map(({ name }) => name);
  await db('api_scopes').where({ context_id: contextId, api_id }).whereNotIn('name', names).delete();
  const kept = (column: string) => db.raw('ARRAY(SELECT s FROM unnest(??) AS s WHERE s = ANY(?))', [column, names]);
  await db('api_applications')
    .where({ context_id: contextId, api_id })
    .update({ scopes: kept('scopes'), own_scopes: kept('own_scopes') });
  if (scopes.length === 0) return;
  await db('api_scopes')
    .insert(scopes.map(({ name, texts }, position) => ({ context_id: contextId, api_id, name, position, texts: jsonText(texts) })))
    .onConflict(['context_id', 'api_id', 'name'])
    .merge(['position', 'texts']);
}

export const removeApi = async (scope: Transaction, apiId: ApiId): Promise<void> => {
  await apis(scope).where('api_id', apiId).delete();
};

const presentApplication = (row: Row<'api_applications'>): ApiApplication & { apiId: ApiId } => ({
  apiId: row.api_id,
  applicationId: row.application_id,
  scopes: row.scopes,
  ownScopes: row.own_scopes,
  isResourceServer: row.is_resource_server,
});

const applications = ({ db, contextId }: Scope) => db('api_applications').where('context_id', contextId);

export const listApiApplications = async (scope: Scope, apiId: ApiId): Promise<ApiApplication[]> =>
  (await applications(scope).where('api_id', apiId)).map(({ ...row }) => withoutApi(presentApplication(row)));

const withoutApi = ({ apiId: _, ...rest }: ApiApplication & { apiId: ApiId }): ApiApplication => rest;

/** What an application has to do with each, by name. */
export async function listApisOfApplication(
  { db, contextId }: Scope,
  applicationId: ApplicationId,
): Promise<(Pick<Api, 'apiId' | 'name'> & Omit<ApiApplication, 'applicationId'>)[]> {
  return db('api_applications AS c')
    .join('apis AS i', (on) => on.on('i.context_id', 'c.context_id').andOn('i.api_id', 'c.api_id'))
    .where({ 'c.context_id': contextId, application_id: applicationId })
    .orderBy('i.name_key')
    .select('i.api_id AS apiId', 'i.name', 'c.scopes', 'c.own_scopes AS ownScopes', 'c.is_resource_server AS isResourceServer');
}

/** Of all APIs. */
export const listAllApiApplications = async (scope: Scope): Promise<(ApiApplication & { apiId: ApiId })[]> =>
  (await applications(scope)).map(presentApplication);

export async function writeApiApplication(scope: Transaction, api_id: ApiId, one: ApiApplication): Promise<void> {
  await scope
    .db('api_applications')
    .insert({
      context_id: scope.contextId,
      api_id,
      application_id: one.applicationId,
      scopes: one.scopes,
      own_scopes: one.ownScopes,
      is_resource_server: one.isResourceServer,
    })
    .onConflict(['context_id', 'api_id', 'application_id'])
    .merge(['scopes', 'own_scopes', 'is_resource_server']);
}

export const deleteApiApplication = async (scope: Transaction, api_id: ApiId, application_id: ApplicationId): Promise<boolean> =>
  (await applications(scope).where({ api_id, application_id }).delete()) > 0;
