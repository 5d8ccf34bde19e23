import { AppError, notFound } from '../../../platform/errors/index.ts';
import { getGroup } from '../../people/groups/index.ts';
import { fullName, lockUser } from '../../people/users/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { deleteScopeGrant, type Grantee, insertScopeGrant, listScopeGrants } from './grants-store.ts';
import { lockApi } from './store.ts';

type Named = { kind: 'user' | 'group'; id: string };

const mostPeople = 1000;

/** To people or groups; Everyone is a group. @throws AppError not_found, api_people_full: of more people it is a group’s business */
export const grantScope = useCase(async (scope, apiId: string, name: string, grantees: Named[]): Promise<void> => {
  // in one order, so that two who grant at once do not wait for each other
  for (const grantee of grantees.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    await change(scope, apiId, name, grantee, 'api.scope-granted', insertScopeGrant);
  const { users } = await listScopeGrants(scope, (await lockApi(scope, apiId)).apiId, 100_000);
  if (new Set(users.map(({ userId }) => userId)).size > mostPeople)
    throw new AppError('api_people_full', 409, { params: { most: mostPeople } });
});

/** @throws AppError not_found */
export const withdrawScope = useCase(async (scope, apiId: string, name: string, grantee: Named): Promise<void> => {
  await change(scope, apiId, name, grantee, 'api.scope-withdrawn', deleteScopeGrant);
});

async function change(
  scope: Transaction,
  apiId: string,
  name: string,
  { kind, id }: Named,
  ...[type, write]: [AuditEventType, typeof insertScopeGrant]
): Promise<void> {
  const api = await lockApi(scope, apiId);
  if (!api.scopes.some((one) => one.name === name)) throw notFound();
  const found = await findGrantee(scope, kind, id);
  // with the account goes whatever it has
  if (found.isLeaving && type === 'api.scope-granted') return;
  if (!(await write(scope, api.apiId, name, found.grantee))) return;
  await recordEvent(scope, { type, subject: { kind, id, name: found.name }, details: { api: api.name, scope: name } });
}

/** A person is held until the transaction ends. @throws AppError not_found */
async function findGrantee(
  scope: Transaction,
  kind: Named['kind'],
  id: string,
): Promise<{ grantee: Grantee; name: string; isLeaving: boolean }> {
  if (kind === 'group') {
    const group = await getGroup(scope, id);
    return { grantee: { kind, id: group.groupId }, name: group.name, isLeaving: false };
  }
  const user = await lockUser(scope, id);
  return { grantee: { kind, id: user.userId }, name: fullName(user), isLeaving: user.deletingSince !== undefined };
}
