import type { KeyRing, PasswordHasher } from '../../../platform/crypto/index.ts';
import { dropOverruledPlan } from '../../people/planned-deactivations/index.ts';
import { canChangeStatus, changeStatus, getUser, requestDeletion, type User } from '../../people/users/index.ts';
import { clearAttempts } from '../../records/attempts/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { giveTemporaryPassword } from '../../sign-in/authentication/index.ts';
import { canBeInvited, resendInvitation } from '../invitations/index.ts';

/** `locale`: of the administrator's pages; who was invited by them is written to in it. */
export type Services = { hasher: PasswordHasher; keyRing: KeyRing; locale: string };

type Change = {
  isOffered(user: User): boolean;
  /** Opens a transaction of its own. @throws AppError status_conflict and others */
  run(scope: Scope, userId: string, services: Services): Promise<unknown>;
};

/** The actions of the table of S112–S136, by the last part of their address. */
export const accountChanges = {
  'resend-invitation': {
    isOffered: (user) => !user.deletingSince && canBeInvited(user),
    run: (scope, userId, { keyRing, locale }) => resendInvitation(scope, userId, keyRing, locale),
  },
  unblock: {
    isOffered: (user) => canChangeStatus(user, 'unblock'),
    run: (scope, userId) =>
      inTransaction(scope, async (inside) => {
        const { userId: id } = await changeStatus(inside, userId, 'unblock');
        await clearAttempts(inside, id);
      }),
  },
  deactivate: {
    isOffered: (user) => canChangeStatus(user, 'deactivate'),
    run: (scope, userId) => inTransaction(scope, (inside) => changeStatus(inside, userId, 'deactivate')),
  },
  reactivate: {
    isOffered: (user) => canChangeStatus(user, 'reactivate'),
    run: (scope, userId) =>
      inTransaction(scope, async (inside) => {
        await changeStatus(inside, userId, 'reactivate');
        await dropOverruledPlan(inside, userId);
      }),
  },
  'reset-password': {
    // S117: whoever has an e-mail helps themselves on the sign-in page
    isOffered: (user) => user.status === 'activated' && !user.email,
    run: async (scope, userId, services) => giveTemporaryPassword(scope, await getUser(scope, userId), services),
  },
  delete: {
    isOffered: (user) => !user.deletingSince,
    run: (scope, userId) => inTransaction(scope, (inside) => requestDeletion(inside, userId)),
  },
} as const satisfies Record<string, Change>;

export type AccountChange = keyof typeof accountChanges;

/** Whether an administrator may do this to this person now; of their own account only what helps them in. */
export const offersChange = (change: AccountChange, user: User, isSelf: boolean): boolean =>
  (!isSelf || change === 'unblock') && accountChanges[change].isOffered(user);

/** @throws AppError when it does not apply */
export async function changeAccount(scope: Scope, change: AccountChange, userId: string, services: Services): Promise<void> {
  await accountChanges[change].run(scope, userId, services);
}
