import { Readable } from 'node:stream';
import { hasTemporaryPasswords, listTemporaryPasswords } from '../../domain/administration/user-imports/index.ts';
import { findExportByLink } from '../../domain/people/user-exports/index.ts';
import { fullName, identifier, listUsersByIds } from '../../domain/people/users/index.ts';
import {
  countRefused,
  getOperation,
  listOperations,
  listRefused,
  type Operation,
  openFile,
} from '../../domain/records/operations/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';

export const operationRoutes: Route[] = [
  { method: 'GET', path: '/admin/operations', access: 'administrator', handle: showOperations },
  { method: 'GET', path: '/admin/operations/:operation', access: 'administrator', handle: showOperation },
  { method: 'GET', path: '/admin/operations/:operation/file', access: 'administrator', handle: sendOperationFile },
  { method: 'POST', path: '/admin/operations/:operation/passwords', access: 'administrator', handle: sendPasswords },
  { method: 'GET', path: '/admin/exports/:token', access: 'administrator', handle: showExport },
  { method: 'GET', path: '/admin/exports/:token/file', access: 'administrator', handle: sendExport },
];

async function showOperations(page: PageContext): Promise<void> {
  renderPage(page, 'admin-console/operations/list', { operations: await listOperations(page.scope) });
}

async function showOperation(page: PageContext): Promise<void> {
  const { scope } = page;
  const operation = await getOperation(scope, page.params.operation!);
  const [refused, reasons] =
    operation.refused > 0 ? [await listRefused(scope, operation.operationId), await countRefused(scope, operation.operationId)] : [[], []];
  const people = new Map(
    (
      await listUsersByIds(
        scope,
        refused.map(({ userId }) => userId),
      )
    ).map((user) => [user.userId, user]),
  );
  const why = (outcome: string) => {
    if (outcome === 'status_conflict') return page.t('operations.status_conflict');
    const isThere = operation.kind === 'invite-to-approval' && outcome === 'login_taken';
    return page.t(isThere ? 'operations.there_already' : `errors.${outcome}`);
  };
  renderPage(page, 'admin-console/operations/operation', {
    operation,
    hasPasswords: operation.kind === 'import-users' && operation.state === 'done' && (await hasTemporaryPasswords(scope, operation)),
    reasons: reasons.map(({ outcome, n }) => ({
      why: why(outcome),
      n,
      people: refused
        .filter((one) => one.outcome === outcome)
        .map(({ userId }) => {
          const user = people.get(userId);
          return { userId, name: user && fullName(user), login: user && identifier(user) };
        }),
    })),
  });
}

/** S115: of people who were imported with temporary passwords. */
async function sendPasswords(page: PageContext): Promise<void> {
  const { ctx, context, scope, t } = page;
  const operation = await getOperation(scope, page.params.operation!);
  if (operation.kind !== 'import-users') throw notFound();
  ctx.set('content-disposition', `attachment; filename="${context.code}-temporary-passwords.csv"`);
  ctx.type = 'text/csv; charset=utf-8';
  const columns: [string, string, string] = [t('users.identifier'), t('users.full_name'), t('users.temporary_password')];
  ctx.body = Readable.from(listTemporaryPasswords(scope, operation, columns));
}

async function sendOperationFile(page: PageContext): Promise<void> {
  sendFile(page, await getOperation(page.scope, page.params.operation!));
}

/** S53, S54: the link of the mail: the file by itself, and a button for where it does not come. */
async function showExport(page: PageContext): Promise<void> {
  const { token } = page.params;
  renderPage(page, 'admin-console/operations/export-download', { operation: await findExport(page), file: `/admin/exports/${token}/file` });
}

async function sendExport(page: PageContext): Promise<void> {
  sendFile(page, await findExport(page));
}

async function findExport(page: PageContext): Promise<Operation> {
  const operation = await findExportByLink(page.scope, page.params.token!);
  if (!operation) throw new AppError('export_over', 410);
  return operation;
}

function sendFile(page: PageContext, { operationId, fileName }: Operation): void {
  if (!fileName) throw notFound();
  const { ctx, context } = page;
  ctx.set('content-disposition', `attachment; filename="${context.code}-${fileName}"`);
  ctx.type = fileName.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8';
  ctx.body = openFile(page.scope, operationId);
}
