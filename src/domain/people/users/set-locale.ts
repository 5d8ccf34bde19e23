import { AppError } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import type { Scope } from '../../scope.ts';
import { getUser, updateUser } from './store.ts';
import { fullName } from './user.ts';

/** The language of a person's pages and mails. @param scope of a transaction */
export async function setLocale(scope: Scope, userId: string, locale: string): Promise<void> {
  const before = await getUser(scope, userId, { lock: true });
  if (before.locale === locale) return;
  if (!(await updateUser(scope, { ...before, locale }))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.edited',
    subject: { kind: 'user', id: userId, name: fullName(before) },
    details: { before: { locale: before.locale ?? null }, after: { locale } },
  });
}
