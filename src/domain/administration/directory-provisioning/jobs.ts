import { type Chore, enqueue, idOf, job, jobType } from '../../job.ts';
import { listWantedStates } from '../../people/directory-entries/index.ts';
import type { Ask } from '../../people/directory-requests/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import { writeState } from './write-state.ts';

export type DirectoryWriter = { askDirectory: Ask };

const write = jobType('write-directory-state', { userId: idOf<UserId>() });

export const enqueueStateWrite = (scope: Pick<Scope, 'db' | 'contextId'>, userId: UserId): Promise<void> =>
  enqueue(scope, write, { userId }, { key: `directory state ${scope.contextId} ${userId}` });

export const writeStateJob = job(write, (scope, { userId }, { askDirectory }: DirectoryWriter) => writeState(scope, askDirectory, userId));

/** Every minute: what could not be written yet. */
export const writeStates: Chore = {
  name: 'write-directory-states',
  async run({ db, clock, scopeOf }) {
    for (const { contextId, userId } of await listWantedStates(db, clock.now())) await enqueueStateWrite(scopeOf(contextId), userId);
  },
};
