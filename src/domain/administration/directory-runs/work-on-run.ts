import { inTransaction, type RunId, type Scope } from '../../scope.ts';
import { applyRun } from './apply-run.ts';
import { failRun } from './finish-run.ts';
import { planRun } from './plan-run.ts';
import { type DirectoryTools, readDirectory } from './read-directory.ts';
import { findRun, lockRun } from './store.ts';

/** Goes on where the run is, as far as it gets: a process that fell goes on with the phase it was in. @returns when to come again, where the run waits */
export async function workOnRun(scope: Scope, runId: RunId, tools: DirectoryTools): Promise<Date | undefined> {
  for (;;) {
    const run = await findRun(scope, runId);
    if (run?.state === 'waiting' || run?.state === 'reading') {
      const next = await readDirectory(scope, run, tools);
      // whoever began it last goes on with it: each would send the other back to its beginning
      if (next) return next === 'superseded' ? undefined : next;
    } else if (run?.state === 'planning') await planRun(scope, run);
    else if (run?.state === 'applying') await applyRun(scope, run);
    else return undefined;
  }
}

/** Nobody works on it any more, for a reason that we do not know. */
export const giveUp = (scope: Scope, runId: RunId): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const run = await lockRun(inside, runId);
    if (run && !run.finishedAt) await failRun(inside, run, 'server_error');
  });
