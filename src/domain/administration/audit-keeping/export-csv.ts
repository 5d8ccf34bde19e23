import { type AuditEvent, type AuditFilter, listEvents, recordEvent } from '../../records/audit/index.ts';
import { endOperation, type Operation, type OperationKind, saveCsv, startOperation } from '../../records/operations/index.ts';
import { inTransaction, type OperationId, type Scope } from '../../scope.ts';

/** The words of the file, in the language of who asked. */
export type AuditWords = {
  columns: string[];
  type(type: string): string;
  outcome(outcome: string): string;
  reason(reason: string): string;
  erased(id: string): string;
  actor(actor: AuditEvent['actor']): string;
  /** What changed and what else is known, in one line. */
  details(details: AuditEvent['details']): string;
};
type Input = { filter: Omit<AuditFilter, 'from' | 'until'> & { from?: string; until?: string }; locale: string };

/** What the report shows, for a spreadsheet. */
export const startCsvExport = (scope: Scope, filter: AuditFilter, locale: string): Promise<OperationId> =>
  inTransaction(scope, async (inside) => {
    const { cursor: _, ...shown } = filter;
    const input: Input = { filter: { ...shown, from: shown.from?.toISOString(), until: shown.until?.toISOString() }, locale };
    const operationId = await startOperation(inside, { kind: auditCsv.kind, input, total: 0 });
    await recordEvent(inside, { type: 'audit.exported', details: input.filter });
    return operationId;
  });

export type CsvTools = { auditWords(locale: string): AuditWords };

export async function exportCsv(scope: Scope, operation: Operation, { auditWords }: CsvTools): Promise<void> {
  const { filter, locale } = operation.input as Input;
  const words = auditWords(locale);
  const time = { from: filter.from ? new Date(filter.from) : undefined, until: filter.until ? new Date(filter.until) : undefined };
  await saveCsv(scope, operation, words.columns, async (cursor, most) => {
    const page = await listEvents(scope, { ...filter, ...time, cursor }, most);
    return { ...page, items: page.items.map((event) => present(event, words)) };
  });
  await endOperation(scope, operation, { fileName: 'audit.csv' });
}

const present = (event: AuditEvent, words: AuditWords): string[] => [
  event.at.toISOString(),
  words.type(event.type),
  event.erased.actor ? words.erased(event.actor.id ?? '') : words.actor(event.actor),
  event.erased.subject ? words.erased(event.subjectId ?? '') : (event.subjectName ?? ''),
  event.actor.ip ?? '',
  words.outcome(event.outcome),
  event.reason ? words.reason(event.reason) : '',
  event.supportCode ?? '',
  words.details(event.details),
  event.seq === undefined ? '' : String(event.seq),
];

export const auditCsv: OperationKind<CsvTools> = { kind: 'export-audit-csv', run: exportCsv };
