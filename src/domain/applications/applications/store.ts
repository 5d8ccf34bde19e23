import { newId } from '../../../platform/crypto/index.ts';
import { run } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type Listing, orderQuery, type Part, readPage, readSort, type SortedPage } from '../../keyset.ts';
import { nameKey, searchPattern } from '../../people/users/index.ts';
import type { Row } from '../../rows.ts';
import { type ApplicationId, isId, type Scope, type Transaction } from '../../scope.ts';
import { type ClaimScope, defaultScope, mappedFields } from './oidc-claims.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { type SamlSettings, toldFields } from './saml-settings.ts';
import { sectorOf } from './subject-settings.ts';

export type Application = {
  applicationId: ApplicationId;
  code: string;
  name: string;
  description: string;
  category: string;
  catalogueEntry?: string;
  enabled: boolean;
  /** S31: anyone of the context may open it, without an assignment. */
  navigable: boolean;
  /** Where the Launchpad sends a person; without one the application is opened by its initiate_login_uri. */
  launchUrl?: string;
  oidc?: OidcSettings;
  saml?: SamlSettings;
  hasLogo: boolean;
  /** Until then its messages are kept for an administrator (traces). */
  traceUntil?: Date;
  createdAt: Date;
  updatedAt: Date;
  version: number;
};

type ApplicationRow = Row<'applications', { oidc: OidcSettings | null; saml: SamlSettings | null }> & { has_logo: boolean };

const fromRow = (row: ApplicationRow): Application => ({
  applicationId: row.application_id,
  code: row.code,
  name: row.name,
  description: row.description,
  category: row.category,
  catalogueEntry: row.catalogue_entry ?? undefined,
  enabled: row.enabled,
  navigable: row.navigable,
  launchUrl: row.launch_url ?? undefined,
  oidc: row.oidc ?? undefined,
  saml: row.saml ?? undefined,
  hasLogo: row.has_logo,
  traceUntil: row.trace_until ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  version: row.version,
});

const applications = ({ db, contextId }: Scope) => db('applications').where('applications.context_id', contextId);

const hasLogo =
  'EXISTS (SELECT 1 FROM application_logos l WHERE l.context_id = applications.context_id AND l.application_id = applications.application_id)';

const withLogo = (scope: Scope) => applications(scope).select<ApplicationRow[]>('applications.*', scope.db.raw(`${hasLogo} AS has_logo`));

const allColumns =
  'application_id, code, name, description, category, catalogue_entry, enabled, navigable, launch_url, oidc, saml, trace_until, created_at, updated_at, version';
type Key = 'oidc_client_id' | 'saml_entity_id' | 'application_id' | 'code';

/** Asked at every request of an application that is not in memory. */
async function findBy({ db, contextId }: Scope, key: Key, value: string): Promise<Application | undefined> {
  const text = `SELECT ${allColumns}, ${hasLogo} AS has_logo FROM applications WHERE context_id = $1 AND ${key} = $2`;
  const [row] = (await run<ApplicationRow>(db, `application by ${key}`, text, [contextId, value])).rows;
  return row && fromRow(row);
}

export const findApplicationByClientId = (scope: Scope, clientId: string) => findBy(scope, 'oidc_client_id', clientId);
export const findApplicationByEntityId = (scope: Scope, entityId: string) => findBy(scope, 'saml_entity_id', entityId);
export const findApplicationById = async (scope: Scope, applicationId: string) =>
  isId(applicationId) ? findBy(scope, 'application_id', applicationId) : undefined;
export const findApplicationByCode = (scope: Scope, code: string) => findBy(scope, 'code', code);

/** @throws AppError not_found */
export async function getApplication(scope: Scope, applicationId: string): Promise<Application> {
  const application = isId(applicationId) ? await findApplicationById(scope, applicationId) : undefined;
  if (!application) throw notFound();
  return application;
}

/** Nobody else changes it until the transaction ends; sign-ins, which refer to it, do not wait. @throws AppError not_found */
export async function lockApplication(scope: Transaction, applicationId: string): Promise<Application> {
  if (!isId(applicationId)) throw notFound();
  await applications(scope).where('application_id', applicationId).forNoKeyUpdate().select(scope.db.raw('1'));
  return getApplication(scope, applicationId);
}

/** Nobody else changes those that there are until the transaction ends. In one order: two that lock several never wait for each other. */
export async function lockApplicationsByCode(scope: Transaction, codes: string[]): Promise<void> {
  await applications(scope).whereRaw('code = ANY(?)', [codes]).orderBy('application_id').forNoKeyUpdate().select('application_id');
}

export const applicationSortKeys = ['name', 'category', 'protocol', 'status', 'created'] as const;
type SortKey = (typeof applicationSortKeys)[number];

/** `protocol`: `link` is of those that are only opened. */
export type ApplicationFilter = { search?: string; protocol?: string; status?: string } & Listing<SortKey>;

const protocol = "CASE WHEN saml IS NOT NULL THEN 'saml' WHEN oidc IS NOT NULL THEN 'oidc' ELSE 'link' END";
const keysOf: Record<SortKey, string[]> = {
  name: ['name_key'],
  category: ['category', 'name_key'],
  protocol: [protocol, 'name_key'],
  status: ["CASE WHEN enabled THEN 'a' ELSE 'b' END", 'name_key'],
  created: [],
};

function filterApplications(scope: Scope, filter: ApplicationFilter) {
  const query = applications(scope);
  if (filter.search?.trim()) query.where('name_key', 'like', searchPattern(filter.search));
  if (filter.protocol) query.whereRaw(`${protocol} = ?`, [filter.protocol]);
  if (filter.status) query.where('enabled', filter.status === 'enabled');
  return query;
}

/** The one that was given an id later was created later (UUIDv7). */
export async function listApplications(scope: Scope, filter: ApplicationFilter = {}, limit = 100): Promise<SortedPage<Application>> {
  const { key, isDescending } = readSort(filter.sort, 'name');
  const parts: Part<ReturnType<typeof applications>>[] = [{ keys: keysOf[key], id: 'application_id', isDescending }];
  const { items, ...page } = await readPage(filter, parts, limit, async (part, reading) => {
    const query = filterApplications(scope, filter);
    orderQuery(query, part, reading);
    const rows: (ApplicationRow & Record<string, string>)[] = await query.select('applications.*', scope.db.raw(`${hasLogo} AS has_logo`));
    return rows.map((row) => ({ row, keys: part.keys.map((_, i) => row[`k${i}`]!), id: row.application_id }));
  });
  return { items: items.map(fromRow), ...page };
}

/** Those of just this name, at most `limit` of them. */
export const listApplicationsNamed = async (scope: Scope, name: string, limit: number): Promise<Application[]> =>
  (
    await applications(scope)
      .where('name_key', nameKey(name))
      .orderBy('application_id')
      .limit(limit)
      .select<ApplicationRow[]>('applications.*', scope.db.raw(`${hasLogo} AS has_logo`))
  ).map(fromRow);

export const countApplications = async (scope: Scope, filter: ApplicationFilter = {}): Promise<number> =>
  Number((await filterApplications(scope, filter).count({ n: '*' }))[0]!.n);

/** All of the company, a hundred at a time. */
export async function* listAllApplications(scope: Scope): AsyncGenerator<Application> {
  for (let cursor: string | undefined; ; ) {
    const page = await listApplications(scope, { cursor });
    yield* page.items;
    cursor = page.cursor;
    if (!cursor) return;
  }
}

export const listApplicationsByIds = async (scope: Scope, ids: string[]): Promise<Application[]> =>
  (await withLogo(scope).whereIn('application_id', ids.filter(isId)).orderBy('name_key')).map(fromRow);

export type ApplicationData = Omit<Application, 'applicationId' | 'hasLogo' | 'traceUntil' | 'createdAt' | 'updatedAt' | 'version'>;

export async function insertApplication(scope: Transaction, data: ApplicationData): Promise<ApplicationId> {
  const now = scope.clock.now();
  const application_id = newId(now.getTime()) as ApplicationId;
  await scope
    .db('applications')
    .insert({ context_id: scope.contextId, application_id, ...columns(data), created_at: now, updated_at: now });
  return application_id;
}

/** @returns false when somebody changed the row since `version` was read. */
export async function updateApplication(
  scope: Transaction,
  applicationId: ApplicationId,
  version: number,
  data: ApplicationData,
): Promise<boolean> {
  const changed = await applications(scope)
    .where({ application_id: applicationId, version })
    .update({ ...columns(data), updated_at: scope.clock.now(), version: version + 1 });
  return changed === 1;
}

/** Until when the protocol's messages are kept (traces). No edit of the application: its version stays. @param until null ends it */
export const setTraceUntil = async (scope: Transaction, applicationId: ApplicationId, until: Date | null): Promise<void> => {
  await applications(scope).where('application_id', applicationId).update({ trace_until: until });
};

export const removeApplication = async (scope: Transaction, applicationId: ApplicationId): Promise<void> => {
  await applications(scope).where('application_id', applicationId).delete();
};

const columns = (data: ApplicationData) => ({
  code: data.code,
  name: data.name,
  name_key: nameKey(data.name),
  description: data.description,
  category: data.category,
  catalogue_entry: data.catalogueEntry ?? null,
  enabled: data.enabled,
  navigable: data.navigable,
  launch_url: data.launchUrl || null,
  oidc: data.oidc ? JSON.stringify(data.oidc) : null,
  oidc_client_id: data.oidc?.client_id ?? null,
  saml: data.saml ? JSON.stringify(data.saml) : null,
  saml_entity_id: data.saml?.entityId ?? null,
});

/** Names of the SAML applications that are told `source`, as an attribute or as the name they know people by. */
export async function listApplicationsUsingField({ db, contextId }: Scope, source: string): Promise<string[]> {
  const rows = await db('applications')
    .where('context_id', contextId)
    .select<Pick<ApplicationRow, 'name' | 'saml' | 'oidc'>[]>('name', 'saml', 'oidc')
    .orderBy('name');
  const isTold = ({ saml, oidc }: (typeof rows)[number]) =>
    (saml && toldFields(saml).some((field) => field === source)) || (oidc && mappedFields(oidc).some((field) => field === source));
  return rows.filter(isTold).map(({ name }) => name);
}

/** The entity IDs of the company's service providers, at most `limit`. */
export const listEntityIds = async (scope: Scope, limit: number): Promise<string[]> =>
  (await applications(scope).whereNotNull('saml_entity_id').limit(limit).select('saml_entity_id')).map((row) => row.saml_entity_id!);

const mappedClaims = `SELECT DISTINCT claim ->> 'name' AS name, coalesce(claim ->> 'scope', $1) AS scope
  FROM applications, jsonb_array_elements(oidc -> 'claims') AS claim WHERE context_id = $2 AND jsonb_typeof(oidc -> 'claims') = 'array'`;

/** All claims that applications of the company map, each once, and the scopes that release them. */
export async function listMappedClaims({ db, contextId }: Scope): Promise<{ names: string[]; scopes: ClaimScope[] }> {
  const { rows } = await run<{ name: string; scope: ClaimScope }>(db, 'mapped claims', mappedClaims, [defaultScope, contextId]);
  return { names: [...new Set(rows.map(({ name }) => name))], scopes: [...new Set(rows.map(({ scope }) => scope))] };
}

/** The applications that know people by pairwise subjects, and the sector of each. */
export async function listPairwiseSectors(scope: Scope): Promise<{ applicationId: ApplicationId; name: string; sector: string }[]> {
  const rows = await applications(scope)
    .whereRaw("oidc ->> 'subject_type' = 'pairwise'")
    .orderBy('name_key')
    .select<Pick<ApplicationRow, 'application_id' | 'name' | 'oidc'>[]>('application_id', 'name', 'oidc');
  return rows.map(({ application_id, name, oidc }) => ({ applicationId: application_id, name, sector: sectorOf(oidc!)! }));
}

export const isApiIdentifier = async ({ db, contextId }: Scope, identifier: string): Promise<boolean> =>
  (await db('apis').where({ context_id: contextId, identifier }).first('api_id')) !== undefined;
