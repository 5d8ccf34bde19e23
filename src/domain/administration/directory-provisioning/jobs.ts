import { type Chore, enqueue, idOf, job, jobType } from '../../job.ts';
import { listWantedStates } from '../../people/directory-entries/index.ts';
import type { Ask } from '../../people/directory-requests/index.ts';
import type { DirectoryId, Scope, UserId } from '../../scope.ts';
import { writeState } from './write-state.ts';

export type DirectoryWriter = { askDirectory: Ask };

const write = jobType('write-directory-state', { userId: idOf<UserId>() });

/** One after the other of each directory: one that hangs holds one of the queue's workers. */
export const enqueueStateWrite = (scope: Pick<Scope, 'db' | 'contextId'>, directoryId: DirectoryId, userId: UserId): Promise<void> =>
  enqueue(scope, write, { userId }, { key: `directory state ${scope.contextId} ${userId}`, queue: `directory state ${directoryId}` });

export const writeStateJob = job(write, (scope, { userId }, { askDirectory }: DirectoryWriter) => writeState(scope, askDirectory, userId));

/** Every minute: what could not be written yet. */
export const writeStates: Chore = {
  name: 'write-directory-states',
  async run({ db, clock, scopeOf }) {
    for (const { contextId, directoryId, userId } of await listWantedStates(db, clock.now()))
      await enqueueStateWrite(scopeOf(contextId), directoryId, userId);
  },
};
