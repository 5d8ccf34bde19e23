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
import { findNamedGroups, findNamedPeople, getApplicationByCode } from './find-named.ts';

type DesiredApi = Desired<'apis'>;

export async function applyApis(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, api] of desired.apis.entries()) await applying.at('apis', index)(applyApi(applying, api, index));
}

async function applyApi(applying: Applying, desired: DesiredApi, index: number): Promise<void> {
  const { scope, result } = applying;
  const { identifier, applications, scopes, ...general } = desired;
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
  for (const [place, one] of (scopes ?? []).entries()) {
    const path = ['apis', index, 'scopes', place, 'grantedTo'];
    const details = one.grantedTo && (await applyGrants(applying, api, { name: one.name, path }, one.grantedTo));
    if (details) result.changes.push({ action: 'changed', what, details: `${one.name} ${details}` });
  }
  const details = applications && (await applyClients(applying, api, applications, index));
  if (details) result.changes.push({ action: 'changed', what, details });
}

/** @returns what changed, if anything */
async function applyGrants(
  applying: Applying,
  { apiId }: Api,
  { name, path }: { name: string; path: PropertyKey[] },
  { groups, users }: NonNullable<NonNullable<DesiredApi['scopes']>[number]['grantedTo']>,
): Promise<string | undefined> {
  const { scope } = applying;
  const wanted = new Map<string, { kind: 'user' | 'group'; id: string }>();
  for (const { groupId } of await findNamedGroups(applying, groups, ...path, 'groups')) wanted.set(groupId, { kind: 'group', id: groupId });
  for (const { userId } of await findNamedPeople(applying, users, ...path, 'users')) wanted.set(userId, { kind: 'user', id: userId });
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

/** @returns what changed, if anything */
async function applyClients(
  applying: Applying,
  { apiId }: Api,
  desired: NonNullable<DesiredApi['applications']>,
  index: number,
): Promise<string | undefined> {
  const { scope } = applying;
  const before = await listApiApplications(scope, apiId);
  const wanted = new Set<string>();
  for (const [place, { code, ...said }] of desired.entries()) {
    const at = applying.at('apis', index, 'applications', place);
    const { applicationId } = await at(getApplicationByCode(applying, code), () => ['code']);
    wanted.add(applicationId);
    await at(allowApplication(scope, apiId, applicationId, said));
  }
  for (const { applicationId } of before) if (!wanted.has(applicationId)) await refuseApplication(scope, apiId, applicationId);
  const after = await listApiApplications(scope, apiId);
  const comparable = (list: typeof before) => JSON.stringify(list.toSorted((a, b) => (a.applicationId < b.applicationId ? -1 : 1)));
  return comparable(before) === comparable(after) ? undefined : 'applications';
}
