import { invalidInput } from '../../../platform/errors/index.ts';
import { type Links, linkUser } from '../../applications/assignments/index.ts';
import type { Activation } from '../../company/new-accounts/index.ts';
import { checkPersonalData, createUser, type NewUser, type User } from '../../people/users/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { makeTemporaryPassword, setTemporaryPassword } from '../../sign-in/credentials/password/index.ts';
import { sendInvitation } from './invite-user.ts';

export type NewPerson = {
  person: Omit<NewUser, 'status'>;
  links: Links;
  activation: Activation;
  /** Of an invitation's mail: the person has not chosen a language yet. */
  locale: string;
};

/**
 * S56 to S71: somebody new, with groups and applications. By invitation they are Invited until they choose a password by the link that is mailed (S61); by a temporary
 * password they are Activated at once, and the password is handed over (S62).
 * @throws AppError invalid_input, login_taken
 */
export async function addPerson(scope: Scope, { person, links, activation, locale }: NewPerson): Promise<User> {
  const isInvited = activation === 'invitation';
  // S71: there is nowhere to send it
  if (isInvited && person.username && !person.email)
    throw invalidInput({ ...checkPersonalData(person), activation: 'fields.invitation_email' });
  const temporary = isInvited ? undefined : await makeTemporaryPassword(scope);
  return inTransaction(scope, async (inside) => {
    const user = await createUser(inside, { ...person, status: isInvited ? 'invited' : 'activated' });
    if (temporary) await setTemporaryPassword(inside, user, temporary);
    await linkUser(inside, user.userId, links);
    if (isInvited) await sendInvitation(inside, user, { locale });
    return user;
  });
}
