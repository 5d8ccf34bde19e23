import type { ApplicationReach } from '../../applications/assignments/index.ts';
import { fullName, identifier } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { endOperation, type Operation, type OperationKind, saveCsv, startOperation } from '../../records/operations/index.ts';
import { type OperationId, type Scope, useCase } from '../../scope.ts';
import { type Access, countAccess, getReach, listAccess, type MapFilter } from './list-people.ts';

/** The words of the file, in the language of who asked. */
export type AccessWords = {
  columns: [name: string, identifier: string, status: string, why: string, opens: string];
  status(status: string): string;
  /** Every way in which somebody comes to it. */
  why(access: Pick<Access, 'ways'>, reach: ApplicationReach): string;
  /** Yes, or why not. */
  opens(verdict: Access['verdict']): string;
};
export type AccessExportTools = { accessWords(locale: string): AccessWords };

type Input = { applicationId: string; filter: MapFilter; locale: string };

/** All whom the filter shows, as a file. @throws AppError not_found */
export const startAccessExport = useCase(async (scope, applicationId: string, filter: MapFilter, locale: string): Promise<OperationId> => {
  const reach = await getReach(scope, applicationId);
  const { cursor: _, ...shown } = filter;
  const { n: total } = await countAccess(scope, reach, shown);
  const input: Input = { applicationId: reach.applicationId, filter: shown, locale };
  const operationId = await startOperation(scope, { kind: accessExport.kind, input, total });
  await recordEvent(scope, {
    type: 'access-map.exported',
    subject: { kind: 'application', id: reach.applicationId, name: reach.name },
    applicationId: reach.applicationId,
    details: { status: shown.status, way: shown.way, isSearch: Boolean(shown.search) },
  });
  return operationId;
});

export async function exportAccess(scope: Scope, operation: Operation, { accessWords }: AccessExportTools): Promise<void> {
  const { applicationId, filter, locale } = operation.input as Input;
  const words = accessWords(locale);
  const reach = await getReach(scope, applicationId);
  await saveCsv(scope, operation, words.columns, async (cursor, most) => {
    const page = await listAccess(scope, reach, { ...filter, cursor }, most);
    return { ...page, items: page.items.map((one) => present(one, reach, words)) };
  });
  await endOperation(scope, operation, { fileName: 'access.csv' });
}

const present = (access: Access, reach: ApplicationReach, words: AccessWords): string[] => [
  fullName(access.user),
  identifier(access.user),
  words.status(access.user.status),
  words.why(access, reach),
  words.opens(access.verdict),
];

export const accessExport: OperationKind<AccessExportTools> = { kind: 'export-access', run: exportAccess };
