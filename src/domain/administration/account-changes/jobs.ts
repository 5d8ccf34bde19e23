import { job } from '../../job.ts';
import { accountDeletion, findUserById, fullName, sessionsEnd } from '../../people/users/index.ts';
import { endSessionsOfUser } from '../../sign-in/sessions/index.ts';
import { deleteAccount } from './delete-account.ts';

export const deleteAccountJob = job(accountDeletion, async (scope, { userId, actor }) => {
  const who = actor.id ? await findUserById(scope, actor.id) : undefined;
  await deleteAccount({ ...scope, actor: { ...actor, name: who ? fullName(who) : '' } }, userId);
});

// not in sessions: whoever ends a session enqueues a notice, so its jobs.ts cannot import that again
export const endSessionsJob = job(sessionsEnd, (scope, { userId, reason }) => endSessionsOfUser(scope, userId, reason));
