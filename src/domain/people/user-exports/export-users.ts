import { AppError } from '../../../platform/errors/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { createLink, findLink } from '../../records/one-time-links/index.ts';
import {
  endOperation,
  findOperation,
  type Operation,
  type OperationKind,
  saveCsv,
  startOperation,
} from '../../records/operations/index.ts';
import { inTransaction, type OperationId, type Scope } from '../../scope.ts';
import { countUsers, fullName, identifier, listUsers, lockUser, type User, type UserFilter, type UserListing } from '../users/index.ts';

/** S53: the link works so long. */
const hours = 48;

/** The words of the file, in the language of who asked. */
export type ExportWords = {
  columns: [email: string, identifier: string, name: string, role: string, status: string];
  roles: Record<User['role'], string>;
  statuses: Record<User['status'], string>;
};
type Input = { filter: UserFilter; locale: string };

/** S52: those whom the filter shows, all of them. */
export const startUserExport = (scope: Scope, filter: UserListing, locale: string): Promise<OperationId> =>
  inTransaction(scope, async (inside) => {
    const { cursor: _, before: __, sort: ___, ...shown } = filter;
    const { n: total } = await countUsers(inside, shown);
    const input: Input = { filter: shown, locale };
    const operationId = await startOperation(inside, { kind: userExport.kind, input, total });
    await recordEvent(inside, {
      type: 'users.exported',
      details: { role: shown.role, status: shown.status, isSearch: Boolean(shown.search), total },
    });
    return operationId;
  });

/** S53, S55: a part of the file at a time, however many people there are; then the link is mailed to who asked. */
export async function exportUsers(scope: Scope, operation: Operation, { exportWords: wordsIn }: UserExportTools): Promise<void> {
  const { operationId, requestedBy } = operation;
  const { filter, locale } = operation.input as Input;
  const words = wordsIn(locale);
  const done = await saveCsv(scope, operation, words.columns, async (cursor, most) => {
    const page = await listUsers(scope, { ...filter, cursor }, most);
    return { ...page, items: page.items.map((user) => present(user, words)) };
  });
  await inTransaction(scope, async (inside) => {
    const administrator = await lockUser(inside, requestedBy);
    if (administrator.role !== 'administrator' || administrator.status !== 'activated') throw new AppError('administrators_only', 403);
    if (!(await endOperation(inside, operation, { fileName: 'users.csv' }))) return; // another run was quicker: one mail is enough
    const token = await createLink(inside, {
      kind: 'export',
      owner: { userId: requestedBy },
      lifetimeSeconds: hours * 3600,
      payload: { operationId },
    });
    await mailPerson(inside, administrator, {
      mail: 'users_exported',
      leadsTo: { page: 'export', token },
      params: { count: done, hours },
      locale,
    });
  });
}

const present = (user: User, { roles, statuses }: ExportWords): string[] => [
  user.email ?? '',
  identifier(user),
  fullName(user),
  roles[user.role],
  statuses[user.status],
];

/** S53: while the link works, and only for who asked. */
export async function findExportByLink(scope: Scope, token: string): Promise<Operation | undefined> {
  const link = await findLink(scope, 'export', token);
  if (!link?.payload.operationId || link.userId !== scope.actor.id) return undefined;
  const operation = await findOperation(scope, link.payload.operationId);
  return operation?.fileName ? operation : undefined;
}

export type UserExportTools = { exportWords(locale: string): ExportWords };
export const userExport: OperationKind<UserExportTools> = { kind: 'export-users', run: exportUsers };
