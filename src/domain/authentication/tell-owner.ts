import { enqueueMail, type MailName } from '../mails/index.ts';
import type { Scope } from '../scope.ts';
import { localeOf, type User } from '../users/index.ts';

/** What changes how somebody signs in is mailed to them: whoever did not do it themselves hears of it. @param scope of a transaction */
export async function tellOwner(scope: Scope, user: User, mail: MailName, params: Record<string, string> = {}): Promise<void> {
  if (!user.email) return;
  await enqueueMail(scope, {
    to: user.email,
    locale: localeOf(user),
    mail,
    params: { firstName: user.firstName, ...params },
    path: '/account',
  });
}
