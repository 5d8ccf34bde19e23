import {
  type Api,
  allowApplication,
  createApi,
  editApi,
  findApiByIdentifier,
  grantScope,
  listApiApplications,
  listScopeGrants,
  refuseApplication,
  withdrawScope,
} from '../../applications/apis/index.ts';
import type { Desired, DesiredContext } from '../configuration/index.ts';
import type { Applying } from './applying.ts';
import { findGroupsAndPeople, getApplicationByCode } from './find-named.ts';
import { part } from './part.ts';

type DesiredApi = Desired<'apis'>;

export async function applyApis(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, api] of desired.apis.entries()) await applyApi(applying, api, index);
}

async function applyApi(applying: Applying, desired: DesiredApi, index: number): Promise<void> {
  const { result } = applying;
  const { applications, scopes } = desired;
  const what = `API ${desired.identifier}`;
  const api = await part(applying, ['apis', index], (inside) => applyItself(inside, desired));
  for (const [place, one] of (scopes ?? []).entries()) {
    const path = ['apis', index, 'scopes', place, 'grantedTo'];
    const details =
      one.grantedTo && (await part(applying, [], (inside) => applyGrants(inside, api, { name: one.name, path }, one.grantedTo!)));
    if (details) result.changes.push({ action: 'changed', what, details: `${one.name} ${details}` });
  }
  const details = applications && (await part(applying, [], (inside) => applyClients(inside, api, applications, index)));
  if (details) result.changes.push({ action: 'changed', what, details });
}

async function applyItself({ scope, result }: Applying, desired: DesiredApi): Promise<Api> {
  const { identifier, applications: _, scopes, ...general } = desired;
  const what = `API ${identifier}`;
  let api = await findApiByIdentifier(scope, identifier);
  // those that are left out stay: with a scope go all who are granted it
  const input = { ...general, scopes: scopes?.map(({ grantedTo: _, ...one }) => one) ?? api?.scopes ?? [] };
  if (!api) {
    api = await createApi(scope, { ...input, identifier });
    result.changes.push({ action: 'created', what });
  } else {
    const edited = await editApi(scope, api.apiId, input);
    if (edited.version !== api.version) result.changes.push({ action: 'changed', what });
  }
  return api;
}

/** @param api undefined where it was refused: then names are looked up, and nothing more. @returns what changed, if anything */
async function applyGrants(
  applying: Applying,
  api: Api | undefined,
  { name, path }: { name: string; path: PropertyKey[] },
  { groups, users }: NonNullable<NonNullable<DesiredApi['scopes']>[number]['grantedTo']>,
): Promise<string | undefined> {
  const { scope } = applying;
  const named = await findGroupsAndPeople(applying, { groups, users }, ...path);
  if (!api) return undefined;
  const { apiId } = api;
  const wanted = new Map(named.map((one) => [one.id, one]));
  const present = await listScopeGrants(scope, apiId, 100_000);
  const current = [
    ...present.users.map(({ userId, ...one }) => ({ kind: 'user' as const, id: userId as string, ...one })),
    ...present.groups.map(({ groupId, ...one }) => ({ kind: 'group' as const, id: groupId as string, ...one })),
  ].filter((one) => one.scope === name);
  const missing = [...wanted.values()].filter(({ id }) => !current.some((one) => one.id === id));
  const given = { group: groups, user: users };
  const surplus = current.filter(({ id, kind }) => given[kind] !== undefined && !wanted.has(id));
  for (const { kind, id } of surplus) await withdrawScope(scope, apiId, name, { kind, id });
  await grantScope(scope, apiId, name, missing);
  return missing.length + surplus.length > 0 ? `+${missing.length} -${surplus.length}` : undefined;
}

/** @param api as for `applyGrants`. @returns what changed, if anything */
async function applyClients(
  applying: Applying,
  api: Api | undefined,
  desired: NonNullable<DesiredApi['applications']>,
  index: number,
): Promise<string | undefined> {
  const { scope } = applying;
  const before = api ? await listApiApplications(scope, api.apiId) : [];
  const wanted = new Set<string>();
  for (const [place, { code, ...said }] of desired.entries()) {
    const path = ['apis', index, 'applications', place];
    const client = await part(
      applying,
      path,
      (inside) => getApplicationByCode(inside, code),
      () => ['code'],
    );
    if (!api || !client) continue;
    wanted.add(client.applicationId);
    await part(applying, path, (inside) => allowApplication(inside.scope, api.apiId, client.applicationId, said));
  }
  if (!api) return undefined;
  const { apiId } = api;
  for (const { applicationId } of before) if (!wanted.has(applicationId)) await refuseApplication(scope, apiId, applicationId);
  const after = await listApiApplications(scope, apiId);
  const comparable = (list: typeof before) => JSON.stringify(list.toSorted((a, b) => (a.applicationId < b.applicationId ? -1 : 1)));
  return comparable(before) === comparable(after) ? undefined : 'applications';
}
