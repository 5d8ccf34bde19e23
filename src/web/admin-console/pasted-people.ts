import { findUserByLogin } from '../../domain/people/users/index.ts';
import type { UserId } from '../../domain/scope.ts';
import type { PageContext } from '../request/index.ts';

/** More at once are a task of the users' list. */
const most = 500;

export type PastedPeople = { userIds: UserId[] } | { fault: { login: string; message: string } };

/** A field, `login` unless told: e-mails and usernames have no spaces, so whatever stands between them a list can be pasted. All of them exist, or it says who does not. */
export async function readPastedPeople({ form, scope, t }: PageContext, field = 'login'): Promise<PastedPeople> {
  const login = form.get(field);
  const logins = [...new Set(login.split(/\s+/).filter(Boolean))];
  const refuse = (key: string, params: Record<string, unknown> = {}): PastedPeople => ({ fault: { login, message: t(key, params) } });
  if (logins.length === 0) return refuse('fields.unknown_person');
  if (logins.length > most) return refuse('pasted_people.too_many', { most });
  const userIds: UserId[] = [];
  const unknown: string[] = [];
  for (const one of logins) {
    const user = await findUserByLogin(scope, one);
    if (user) userIds.push(user.userId);
    else unknown.push(one);
  }
  if (unknown.length > 0) return refuse('pasted_people.unknown', { logins: unknown.slice(0, 10).join(', ') });
  return { userIds };
}
