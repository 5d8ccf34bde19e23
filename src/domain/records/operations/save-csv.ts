import { byteOrderMark, csvLine } from '../../../platform/csv/index.ts';
import { inTransaction, type Page, type Scope } from '../../scope.ts';
import { saveFilePart } from './files.ts';
import { noteProgress, noteWritten, type Operation } from './operations.ts';

const step = 2000;

/**
 * Writes the file of an operation, a part at a time, however many lines there are. It goes on behind the last part that another process wrote.
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
  let { parts: part, cursor } = operation.written;
  let done = part === 0 ? 0 : operation.done;
  // of what nobody counted before, the total grows with it
  const isCounted = operation.total > done;
  for (; part === 0 || cursor; part++) {
    const page = await listLines(cursor, step);
    const lines = page.items.map(csvLine).join('');
    done += page.items.length;
    const progress = isCounted ? { done } : { done, total: done };
    await inTransaction(scope, async (inside) => {
      await saveFilePart(inside, operation, part, Buffer.from(part === 0 ? byteOrderMark + csvLine(columns) + lines : lines));
      await noteWritten(inside, operation.operationId, { parts: part + 1, cursor: page.cursor }, progress);
    });
    cursor = page.cursor;
  }
  // as many as there were when it was written
  await noteProgress(scope, operation.operationId, { total: done });
  return done;
}
