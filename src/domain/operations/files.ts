import { Readable } from 'node:stream';
import type { OperationId, Scope } from '../scope.ts';

const parts = ({ db, contextId }: Scope, operationId: OperationId) =>
  db('operation_files').where({ context_id: contextId, operation_id: operationId });

export const deleteFile = async (scope: Scope, operationId: OperationId): Promise<void> => {
  await parts(scope, operationId).delete();
};

/** A part of the file, from 0; with the first goes what a fallen process wrote before. */
export async function saveFilePart(scope: Scope, operationId: OperationId, part: number, content: Buffer): Promise<void> {
  if (part === 0) await deleteFile(scope, operationId);
  await scope
    .db('operation_files')
    .insert({ context_id: scope.contextId, operation_id: operationId, part, content })
    .onConflict(['context_id', 'operation_id', 'part'])
    .merge();
}

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
