import { AppError } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { type Scope, type UserId, useCase } from '../../scope.ts';
import { findFilledFields } from '../directory-entries/index.ts';
import { editUser, lockUser, type User } from '../users/index.ts';
import { profileSettings } from './settings.ts';

/** Whether the name is not the person's to change: the company keeps names, or a directory does. */
export async function whyNameFixed(scope: Scope, userId: UserId): Promise<'company' | 'directory' | undefined> {
  if (!(await loadSettings(scope, profileSettings)).value.names) return 'company';
  const fields = (await findFilledFields(scope, userId))?.fields;
  return fields?.has('firstName') || fields?.has('lastName') ? 'directory' : undefined;
}

/**
 * One's own name, by the rules of every name.
 * @param version the one the person saw
 * @throws AppError name_fixed, invalid_input, changed_meanwhile
 */
export const changeOwnName = useCase(
  async (scope, userId: UserId, { firstName, lastName }: { firstName: string; lastName: string }, version: number): Promise<User> => {
    await lockUser(scope, userId);
    if (await whyNameFixed(scope, userId)) throw new AppError('name_fixed', 403);
    return editUser(scope, userId, { firstName, lastName }, version);
  },
);
