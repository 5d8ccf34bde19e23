import { Readable } from 'node:stream';
import { inTransaction, type OperationId, type Scope, type Transaction } from '../../scope.ts';

const parts = ({ db, contextId }: Scope, operationId: OperationId) =>
  db('operation_files').where({ context_id: contextId, operation_id: operationId });

export const deleteFile = async (scope: Transaction, operationId: OperationId): Promise<void> => {
  await parts(scope, operationId).delete();
};

/** Another run of the same operation has begun since: this one writes no more. */
export class Superseded extends Error {}

/** A part of the file, from 0; with the first goes what a fallen process wrote before. @throws Superseded */
export const saveFilePart = (
  scope: Scope,
  { operationId, run }: { operationId: OperationId; run: number },
  part: number,
  content: Buffer,
): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const { db, contextId } = inside;
    const own = { context_id: contextId, operation_id: operationId };
    const isLatest = await db('operations')
      .where({ ...own, run, finished_at: null })
      .forShare()
      .first('run');
    if (!isLatest) throw new Superseded(`run ${run} of operation ${operationId} is not the latest`);
    if (part === 0) await deleteFile(inside, operationId);
    await db('operation_files')
      .insert({ ...own, part, content })
      .onConflict(['context_id', 'operation_id', 'part'])
      .merge();
  });

/** The file, one part in memory at a time. */
export function openFile(scope: Scope, operationId: OperationId): Readable {
  return Readable.from(
    (async function* () {
      for (let part = 0; ; part++) {
        const row = await parts(scope, operationId).where({ part }).first('content');
        if (!row) return;
        yield row.content;
      }
    })(),
  );
}
