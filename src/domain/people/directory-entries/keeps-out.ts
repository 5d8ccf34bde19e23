import { loadSettings } from '../../company/context-settings/index.ts';
import type { Transaction } from '../../scope.ts';
import { directoryRules } from '../directories/index.ts';
import type { User } from '../users/index.ts';
import { entries } from './store.ts';

/**
 * Whether the directory of a person who is deactivated has them disabled or gone, where that counts here. If so, they are from now on who was deactivated by it, and come back as
 * they do there.
 */
export async function leaveToDirectory(scope: Transaction, { userId, statusChangedAt }: User): Promise<boolean> {
  const { value: rules } = await loadSettings(scope, directoryRules);
  if (!rules.stateFromDirectory) return false;
  const left = await entries(scope)
    .where({ user_id: userId, state: 'accepted' })
    // what was decided here and is on its way there is newer than what it says
    .where((or) => or.where('is_gone', true).orWhere((and) => and.where('is_enabled', false).whereNull('wanted_enabled')))
    .update({ deactivated_at: statusChangedAt });
  return left > 0;
}
