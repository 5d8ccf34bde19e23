import { Stopped } from '../../../platform/jobs/index.ts';
import { longJob } from '../../job.ts';
import { isActiveAdministrator } from '../../people/users/index.ts';
import { endOperation, operationRun, type Run, runOperation, Superseded } from '../../records/operations/index.ts';

export type OperationTools = { runners: Record<string, Run> };

export const runOperationJob = longJob(operationRun, async (scope, { operationId }, { runners }: OperationTools, { isLast }) => {
  try {
    await runOperation(
      scope,
      operationId,
      ({ requestedBy }) => isActiveAdministrator(scope, requestedBy),
      (inside, operation) => runners[operation.kind]!(inside, operation),
    );
  } catch (error) {
    // nobody tries again: who waits for it is told
    if (isLast && !(error instanceof Superseded || error instanceof Stopped))
      await endOperation(scope, { operationId }, { fault: 'server_error' });
    throw error;
  }
});
