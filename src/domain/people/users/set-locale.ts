import { AppError } from '../../../platform/errors/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { useCase } from '../../scope.ts';
import { lockUser, updateUser } from './store.ts';
import { fullName } from './user.ts';

/** The language of a person's pages and mails. */
export const setLocale = useCase(async (scope, userId: string, locale: string): Promise<void> => {
  const before = await lockUser(scope, userId);
  if (before.locale === locale) return;
  if (!(await updateUser(scope, { ...before, locale }))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.edited',
    subject: { kind: 'user', id: userId, name: fullName(before) },
    details: { before: { locale: before.locale ?? null }, after: { locale } },
  });
});
