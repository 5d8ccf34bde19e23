import { idOf, jobType } from '../../job.ts';
import type { OperationId } from '../../scope.ts';

// A type only: the job stands in operation-runs, which can ask whether somebody is still an administrator.

/** Runs an operation in the name of who asked for it. */
export const operationRun = jobType('run-operation', { operationId: idOf<OperationId>() });
