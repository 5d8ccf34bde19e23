import { job } from '../../job.ts';
import { accountDeletion, findUserById, fullName } from '../../people/users/index.ts';
import { deleteAccount } from './delete-account.ts';

export const deleteAccountJob = job(accountDeletion, async (scope, { userId, actor }) => {
  const who = actor.id ? await findUserById(scope, actor.id) : undefined;
  await deleteAccount({ ...scope, actor: { ...actor, name: who ? fullName(who) : '' } }, userId);
});
