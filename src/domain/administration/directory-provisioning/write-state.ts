import { loadSettings } from '../../company/context-settings/index.ts';
import { directoryRules, getDirectory } from '../../people/directories/index.ts';
import { findWantedState, forgetWantedState, noteStateTried, noteStateWritten } from '../../people/directory-entries/index.ts';
import type { Ask } from '../../people/directory-requests/index.ts';
import { findUserById, fullName } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope, type UserId } from '../../scope.ts';

/**
 * Asks the directory for the state that is wanted now, unless the company wants none there any more. While it is away nothing happens: it is asked again every minute, and after a
 * refusal every hour.
 */
export async function writeState(scope: Scope, ask: Ask, userId: UserId): Promise<void> {
  const wanted = await findWantedState(scope, userId);
  const user = await findUserById(scope, userId);
  if (!wanted || !user) return;
  const { value: rules } = await loadSettings(scope, directoryRules);
  if (!rules.stateToDirectory) return forgetWantedState(scope, wanted);
  const { directoryId, entryId, dn, isEnabled } = wanted;
  const request = { kind: 'set-enabled' as const, body: { entry: { id: entryId, dn }, isEnabled } };
  const answer = await ask(scope, directoryId, request, { timeoutMs: 10_000 });
  if (answer.outcome === 'unavailable' || (answer.outcome === 'refused' && answer.reason === 'unavailable'))
    return noteStateTried(scope, wanted);
  const fault = answer.outcome === 'refused' ? answer.reason : undefined;
  const { name } = await getDirectory(scope, directoryId);
  await inTransaction(scope, async (inside) => {
    if (!(await noteStateWritten(inside, userId, isEnabled, fault))) return;
    await recordEvent(inside, {
      type: fault ? 'user.directory-state-refused' : 'user.directory-state-written',
      outcome: fault ? 'failure' : 'success',
      subject: { kind: 'user', id: userId, name: fullName(user) },
      reason: fault && `directory-${fault}`,
      details: { directory: name, enabled: isEnabled, ...(answer.outcome === 'refused' && answer.detail ? { detail: answer.detail } : {}) },
    });
  });
}
