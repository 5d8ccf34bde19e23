import { parseInput } from '../../../platform/errors/index.ts';
import type { OperationId, Scope } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import { rulesSchema } from '../../sign-in/sign-in-policy/index.ts';
import { startSimulation } from './start-simulation.ts';

/**
 * As `changePolicy` would take it, without the change.
 * @param input rules as a form gives them
 * @param version the one the editor saw: with it the change can be made afterwards
 * @throws AppError invalid_input by the path of the rule, not_found, too_many_operations
 */
export const startPolicySimulation = async (
  scope: Scope,
  input: unknown,
  version: number,
  usableFactors: FactorKind[],
): Promise<OperationId> =>
  startSimulation(scope, { rules: parseInput(rulesSchema, input, 'path') }, { kind: 'policy', version }, usableFactors);
