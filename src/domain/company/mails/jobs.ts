import { z } from 'zod';
import { idOf, type JobType, jobType } from '../../job.ts';
import type { UserId } from '../../scope.ts';
import { openMailPage } from './mail-page.ts';
import { mailNames } from './mail-texts.ts';

// Types only: the jobs stand in users, which know whether a person is still there.

const mail = {
  /** Whose mail it is: it goes with them. */
  userId: idOf<UserId>().optional(),
  to: z.string(),
  locale: z.string().optional(),
  mail: z.enum(mailNames),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
};

/** A mail: which one, to whom, in whose language, and the page it leads to; sealed (as JSON) when that is a secret. */
export const mailDelivery = jobType('deliver-mail', {
  ...mail,
  leadsTo: openMailPage.optional(),
  sealedLeadsTo: z.string().optional(),
});
export type MailJob = PayloadOf<typeof mailDelivery>;

/** As version 0.1 asked for it, with a path. A process of that version takes only these: it would send those above with a broken link. */
export const oldMailDelivery = jobType('send-mail', { ...mail, path: z.string().optional(), sealedPath: z.string().optional() });
export type OldMailJob = PayloadOf<typeof oldMailDelivery>;

type PayloadOf<Type> = Type extends JobType<infer Payload> ? Payload : never;
