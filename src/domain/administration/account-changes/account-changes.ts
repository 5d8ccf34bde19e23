import { dropOverruledPlan } from '../../people/planned-deactivations/index.ts';
import { canChangeStatus, changeStatus, getUser, requestDeletion, type User } from '../../people/users/index.ts';
import { clearAttempts } from '../../records/attempts/index.ts';
import { type Scope, useCase } from '../../scope.ts';
import { giveTemporaryPassword } from '../../sign-in/authentication/index.ts';
import { requestStateWrite } from '../directory-provisioning/index.ts';
import { canBeInvited, resendInvitation } from '../invitations/index.ts';

type Change = {
  isOffered(user: User): boolean;
  /** @param locale of the administrator's pages: an invitation is written in it. @throws AppError status_conflict and others */
  run(scope: Scope, userId: string, locale: string): Promise<unknown>;
};

/** The actions of the table of S112–S136, by the last part of their address. */
export const accountChanges = {
  'resend-invitation': {
    isOffered: (user) => !user.deletingSince && canBeInvited(user),
    run: (scope, userId, locale) => resendInvitation(scope, userId, locale),
  },
  unblock: {
    isOffered: (user) => canChangeStatus(user, 'unblock'),
    run: useCase(async (scope, userId: string) => {
      const { userId: id } = await changeStatus(scope, userId, 'unblock');
      await clearAttempts(scope, id);
    }),
  },
  deactivate: {
    isOffered: (user) => canChangeStatus(user, 'deactivate'),
    run: useCase(async (scope, userId: string) => {
      const { userId: id } = await changeStatus(scope, userId, 'deactivate');
      await requestStateWrite(scope, id, false);
    }),
  },
  reactivate: {
    isOffered: (user) => canChangeStatus(user, 'reactivate'),
    run: useCase(async (scope, userId: string) => {
      const { userId: id } = await changeStatus(scope, userId, 'reactivate');
      await dropOverruledPlan(scope, userId);
      await requestStateWrite(scope, id, true);
    }),
  },
  'reset-password': {
    // S117: whoever has an e-mail helps themselves on the sign-in page
    isOffered: (user) => user.status === 'activated' && !user.email,
    run: async (scope, userId) => giveTemporaryPassword(scope, await getUser(scope, userId)),
  },
  delete: {
    isOffered: (user) => !user.deletingSince,
    run: requestDeletion,
  },
} as const satisfies Record<string, Change>;

export type AccountChange = keyof typeof accountChanges;

/** Whether an administrator may do this to this person now; of their own account only what helps them in. */
export const offersChange = (change: AccountChange, user: User, isSelf: boolean): boolean =>
  (!isSelf || change === 'unblock') && accountChanges[change].isOffered(user);

/** @throws AppError when it does not apply */
export async function changeAccount(scope: Scope, change: AccountChange, userId: string, locale: string): Promise<void> {
  await accountChanges[change].run(scope, userId, locale);
}
