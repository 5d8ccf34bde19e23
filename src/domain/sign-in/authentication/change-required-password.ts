import { AppError, parseInput } from '../../../platform/errors/index.ts';
import { actingAs, getUser, lockUser } from '../../people/users/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import {
  choosePassword,
  findPassword,
  type NewPasswordInput,
  newPasswordInput,
  setPersonalPassword,
} from '../credentials/password/index.ts';
import { endSessionsOfUser } from '../sessions/index.ts';
import { findPolicyOf, type PolicyRules } from '../sign-in-policy/index.ts';
import { type PendingRequest, type Proven, recordProof } from './pending-requests.ts';
import { proofHolds } from './standing.ts';

/**
 * S63, S116: a password that is temporary, too old or too weak by now gives way to another before the sign-in goes on. Only of a person who may sign in, and only while the password that was proven is
 * still the one in force: a temporary password that leaked is worth nothing once it was used or replaced.
 * @returns the proof renewed for the new password
 * @throws AppError invalid_input, request_expired
 */
export async function changeRequiredPassword(
  scope: Scope,
  rules: PolicyRules,
  request: PendingRequest & { proven: Proven },
  input: NewPasswordInput,
): Promise<Proven> {
  const { proven } = request;
  const user = await getUser(scope, proven.userId);
  const policy = await findPolicyOf(scope, rules, user, request.applicationId);
  const { newPassword } = parseInput(newPasswordInput, input);
  const hash = await choosePassword(scope, user, newPassword, policy.password);
  return inTransaction(scope, async (inside) => {
    const { status } = await lockUser(inside, proven.userId);
    if (status === 'deactivated' || !(await proofHolds(inside, proven))) throw new AppError('request_expired', 409);
    const as = actingAs(inside, user);
    await setPersonalPassword(as, user, hash);
    await endSessionsOfUser(as, user.userId, 'password-changed');
    const renewed = { ...proven, passwordChangedAt: (await findPassword(inside, user.userId))!.changedAt.getTime(), passwordIsWeak: false };
    await recordProof(inside, request, renewed);
    return renewed;
  });
}
