import { byteOrderMark, csvLine } from '../../../platform/csv/index.ts';
import type { Page, Scope } from '../../scope.ts';
import { saveFilePart } from './files.ts';
import { noteProgress, type Operation } from './operations.ts';

const step = 2000;

/**
 * Writes the file of an operation, a part at a time, however many lines there are.
 * @param columns the first line
 * @param listLines from a cursor on, at most so many
 * @returns how many lines there were
 */
export async function saveCsv(
  scope: Scope,
  operation: Operation,
  columns: string[],
  listLines: (cursor: string | undefined, most: number) => Promise<Page<string[]>>,
): Promise<number> {
  let cursor: string | undefined;
  let done = 0;
  let text = byteOrderMark + csvLine(columns);
  for (let part = 0; part === 0 || cursor; part++) {
    const page = await listLines(cursor, step);
    text += page.items.map(csvLine).join('');
    await saveFilePart(scope, operation, part, Buffer.from(text));
    done += page.items.length;
    // of what nobody counted before, the total grows with it
    await noteProgress(scope, operation.operationId, operation.total === 0 ? { done, total: done } : { done });
    cursor = page.cursor;
    text = '';
  }
  // as many as there were when it was written
  await noteProgress(scope, operation.operationId, { total: done });
  return done;
}
