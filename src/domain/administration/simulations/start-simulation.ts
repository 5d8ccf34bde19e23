import { notFound } from '../../../platform/errors/index.ts';
import { countUsers } from '../../people/users/index.ts';
import { type NewEvent, recordEvent } from '../../records/audit/index.ts';
import { getOperation, type Operation, startOperation } from '../../records/operations/index.ts';
import { type ApplicationId, type OperationId, type Scope, useCase } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import { loadPolicy, rulesInForce } from '../../sign-in/sign-in-policy/index.ts';
import { type Change, checkChange } from './change.ts';
import { type SimulationInput, simulation, type Tried } from './run-simulation.ts';

/**
 * Asks, in a job, who of the people of the last 30 days would be refused, or asked for more, after a change that is not made.
 * @param usableFactors those that browsers can use at the company's address
 * @throws AppError not_found of what is not the company's; too_many_operations
 */
export const startSimulation = useCase(async (scope, change: Change, tried: Tried, usableFactors: FactorKind[]): Promise<OperationId> => {
  await checkChange(scope, change, rulesInForce(await loadPolicy(scope), scope.clock.now()));
  const input: SimulationInput = { change, tried, usableFactors };
  const operationId = await startOperation(scope, { kind: simulation.kind, input, total: (await countUsers(scope)).n });
  await recordEvent(scope, { type: 'simulation.started', ...describe(tried) });
  return operationId;
});

function describe({ kind, id, name = '' }: Tried): Pick<NewEvent, 'subject' | 'applicationId' | 'details'> {
  if (kind === 'group') return { subject: { kind, id, name }, details: { tried: kind } };
  if (kind === 'application') return { subject: { kind, id, name }, applicationId: id as ApplicationId, details: { tried: kind } };
  return { details: { tried: kind } };
}

export type Simulation = Operation & { input: SimulationInput };

/** One's own. @throws AppError not_found */
export async function getSimulation(scope: Scope, operationId: string): Promise<Simulation> {
  const operation = await getOperation(scope, operationId);
  if (operation.kind !== simulation.kind) throw notFound();
  return operation as Simulation;
}
