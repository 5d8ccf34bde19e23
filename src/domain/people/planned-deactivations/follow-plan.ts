import { AppError } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type UserId, useCase } from '../../scope.ts';
import { changeStatus, findUserById, fullName, lockUser } from '../users/index.ts';
import { giveBack } from './give-back.ts';
import { dueStep } from './plan.ts';
import { deletePlan, lockPlanOf, savePlan } from './store.ts';

/** Does what is due of a person's plan; of two processes that come at once one does it. */
export const followPlan = useCase(async (scope, userId: UserId, timeZone: string): Promise<void> => {
  if (!(await findUserById(scope, userId))) return;
  const user = await lockUser(scope, userId);
  const plan = await lockPlanOf(scope, userId);
  const step = plan && dueStep(plan, user, timeZone, scope.clock.now());
  if (!plan || !step) return;
  if (step === 'begin') {
    try {
      const { statusChangedAt } = await inTransaction(scope, (inside) =>
        changeStatus(inside, userId, 'deactivate', 'planned-deactivation'),
      );
      return await savePlan(scope, userId, { ...plan, beganAt: statusChangedAt });
    } catch (error) {
      // the other administrators went since it was planned: somebody has to stay
      if (!(error instanceof AppError) || error.code !== 'last_administrator') throw error;
      await recordEvent(scope, {
        type: 'user.deactivation-removed',
        outcome: 'failure',
        reason: 'last-administrator',
        subject: { kind: 'user', id: userId, name: fullName(user) },
      });
    }
  }
  if (step === 'return') await giveBack(scope, user);
  await deletePlan(scope, userId);
});
