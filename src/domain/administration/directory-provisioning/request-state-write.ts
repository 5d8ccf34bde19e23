import { loadSettings } from '../../company/context-settings/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import { wantState } from '../../people/directory-entries/index.ts';
import type { Transaction, UserId } from '../../scope.ts';
import { enqueueStateWrite } from './jobs.ts';

/**
 * S23, S128: what an administrator decided of somebody's status goes to their directory, if the company wants that. What a plan decided does not (S125), nor what came from there.
 * It is remembered with the decision itself, so that it is not lost while the directory is away.
 */
export async function requestStateWrite(scope: Transaction, userId: UserId, isEnabled: boolean): Promise<void> {
  const { value: rules } = await loadSettings(scope, directoryRules);
  const directoryId = rules.stateToDirectory ? await wantState(scope, userId, isEnabled) : undefined;
  if (directoryId) await enqueueStateWrite(scope, directoryId, userId);
}
