import { AppError } from '../../../platform/errors/index.ts';
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
import { findApplicationByCode } from '../../applications/applications/index.ts';
import { findGroupByName } from '../../people/groups/index.ts';
import type { Desired, DesiredContext } from '../configuration/index.ts';
import { getByLogin } from './apply-people.ts';
import type { Applying } from './applying.ts';

type DesiredApi = Desired<'apis'>;

export async function applyApis(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, api] of desired.apis.entries()) await applying.at('apis', index)(applyApi(applying, api));
}

async function applyApi({ scope, result }: Applying, desired: DesiredApi): Promise<void> {
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
  for (const one of scopes ?? []) {
    const details = one.grantedTo && (await applyGrants(scope, api, one.name, one.grantedTo));
    if (details) result.changes.push({ action: 'changed', what, details: `${one.name} ${details}` });
  }
  const details = applications && (await applyClients(scope, api, applications));
  if (details) result.changes.push({ action: 'changed', what, details });
}

/** @returns what changed, if anything */
async function applyGrants(
  scope: Applying['scope'],
  { apiId }: Api,
  name: string,
  { groups, users }: NonNullable<NonNullable<DesiredApi['scopes']>[number]['grantedTo']>,
): Promise<string | undefined> {
  const wanted = new Map<string, { kind: 'user' | 'group'; id: string }>();
  for (const group of groups ?? []) {
    const found = await findGroupByName(scope, group);
    if (!found) throw new AppError('unknown_group', 422, { params: { name: group } });
    wanted.set(found.groupId, { kind: 'group', id: found.groupId });
  }
  for (const login of users ?? []) {
    const { userId } = await getByLogin(scope, login);
    wanted.set(userId, { kind: 'user', id: userId });
  }
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
  scope: Applying['scope'],
  { apiId }: Api,
  desired: NonNullable<DesiredApi['applications']>,
): Promise<string | undefined> {
  const before = await listApiApplications(scope, apiId);
  const wanted = new Set<string>();
  for (const { code, ...said } of desired) {
    const application = await findApplicationByCode(scope, code);
    if (!application) throw new AppError('unknown_application', 422, { params: { code } });
    wanted.add(application.applicationId);
    await allowApplication(scope, apiId, application.applicationId, said);
  }
  for (const { applicationId } of before) if (!wanted.has(applicationId)) await refuseApplication(scope, apiId, applicationId);
  const after = await listApiApplications(scope, apiId);
  const comparable = (list: typeof before) => JSON.stringify(list.toSorted((a, b) => (a.applicationId < b.applicationId ? -1 : 1)));
  return comparable(before) === comparable(after) ? undefined : 'applications';
}
