import { z } from 'zod';
import { actorSchema, job, jobType, sealedInJobs } from '../../job.ts';
import { sealedFor, sendRegistration } from './send-registration.ts';

/** Somebody wants an account. `registration` is sealed. */
export const registrationWish = jobType('send-registration', { actor: actorSchema, registration: z.string() });

export const sealedRegistrations = sealedInJobs(registrationWish, 'registration', sealedFor);

export const sendRegistrationJob = job(registrationWish, (scope, { actor, registration }) =>
  sendRegistration({ ...scope, actor }, registration),
);
