import { z } from 'zod';
import { actorSchema, job, jobType, sealedInJobs } from '../../job.ts';
import { loginPurpose, sendRecovery } from './send-recovery.ts';

/** Somebody wrote that they forgot their password. `login` is sealed. */
export const recoveryWish = jobType('send-recovery', {
  actor: actorSchema,
  login: z.string(),
  locale: z.string().optional(),
  request: z.string().optional(),
});

export const sealedRecoveries = sealedInJobs(recoveryWish, 'login', loginPurpose);

export const sendRecoveryJob = job(recoveryWish, (scope, { actor, login, ...asked }) => sendRecovery({ ...scope, actor }, login, asked));
