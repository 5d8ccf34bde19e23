import { z } from 'zod';
import { idOf } from '../../job.ts';
import { mailedLinks } from '../../records/one-time-links/index.ts';

/** A page that anybody may hear of: a page that asks for a sign-in, or the one on which a lost password is told. */
export const openMailPage = z.discriminatedUnion('page', [
  z.strictObject({ page: z.enum(['account', 'recovery-request', 'certificates']) }),
  z.strictObject({ page: z.literal('application'), application: idOf<string>() }),
  z.strictObject({ page: z.literal('directory'), directory: idOf<string>() }),
]);

/** A page behind a one-time link: whoever knows the token may use it. */
export const secretMailPage = z.strictObject({ page: z.enum(mailedLinks), token: z.string().min(1) });
type SecretMailPage = z.output<typeof secretMailPage>;

/** The page that a mail leads to, by name. Which address that is, app knows. */
export type MailPage = z.output<typeof openMailPage> | SecretMailPage;

/** Its token is a bearer value: what waits in the queue has to be sealed. */
export const isSecretPage = (page: MailPage): page is SecretMailPage => 'token' in page;
