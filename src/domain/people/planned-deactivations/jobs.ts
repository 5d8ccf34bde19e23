import { z } from 'zod';
import { type Chore, enqueue, idOf, job, jobType } from '../../job.ts';
import type { UserId } from '../../scope.ts';
import { followPlan } from './follow-plan.ts';
import { listPlansAtEnds } from './store.ts';

/** What is due of one person's plan. */
const follow = jobType('follow-planned-deactivation', { userId: idOf<UserId>(), timeZone: z.string() });

export const followPlanJob = job(follow, (scope, { userId, timeZone }) => followPlan(scope, userId, timeZone));

/** Every minute (S121). */
export const followPlans: Chore = {
  name: 'follow-planned-deactivations',
  async run({ db, clock, scopeOf }) {
    for (const { contextId, userId, timeZone } of await listPlansAtEnds(db, clock.now()))
      await enqueue(scopeOf(contextId), follow, { userId, timeZone }, { key: `plan ${contextId} ${userId}` });
  },
};
