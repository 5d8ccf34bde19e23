import { AppError } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { mailPerson } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { countRecentLinks, createLink, findLink, useLink } from '../../records/one-time-links/index.ts';
import type { Transaction } from '../../scope.ts';
import { lockUser, type User } from '../users/index.ts';

/** The links by which somebody agrees to an address, and the mail that carries each. */
const mails = { 'email-change': 'email_change', 'email-confirm': 'email_confirm', 'recovery-email': 'recovery_email' } as const;
type Kind = keyof typeof mails;

const mostPerHour = 5;

/** The caller holds the person. @throws AppError too_many_mails */
export async function refuseFlood(scope: Transaction, { userId }: User, kind: Kind): Promise<void> {
  const since = new Date(scope.clock.now().getTime() - 3_600_000);
  if ((await countRecentLinks(scope, kind, { userId }, since)) >= mostPerHour) throw new AppError('too_many_mails', 429);
}

/** The link that comes next, to whoever has to agree. @param email the address that it is about */
export async function sendLink(scope: Transaction, user: User, kind: Kind, to: string, email: string): Promise<void> {
  const { confirmationHours } = (await loadSettings(scope, newAccountsSettings)).value;
  const owner = { userId: user.userId };
  const token = await createLink(scope, { kind, owner, lifetimeSeconds: confirmationHours * 3600, payload: { email } });
  const params = { email, hours: confirmationHours };
  await mailPerson(scope, user, { mail: mails[kind], leadsTo: { page: kind, token }, params, to });
}

/** The person first and then the link, as whoever asks for one: locks in one order. @throws AppError link_over */
export async function useOwnLink(scope: Transaction, kind: Kind, token: string): Promise<{ user: User; email: string }> {
  const owner = (await findLink(scope, kind, token))?.userId;
  const user = owner && (await lockUser(scope, owner));
  const link = user && user.status === 'activated' ? await useLink(scope, kind, token) : undefined;
  if (!user || !link) throw new AppError('link_over', 410);
  return { user, email: link.payload.email! };
}
