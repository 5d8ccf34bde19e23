import { AppError, invalidInput } from '../../platform/errors/index.ts';
import { recordEvent } from '../audit/index.ts';
import type { Scope } from '../scope.ts';
import { countActiveAdministrators, getUser, updateUser } from './store.ts';
import { checkPersonalData, fullName, type PersonalData, type User } from './user.ts';

type Changes = Partial<Pick<PersonalData, 'firstName' | 'lastName' | 'role' | 'department'>>;

/**
 * S86, S87: name, role and department; never the e-mail or username.
 * @param version the one the editor saw: another person's change since then is not overwritten
 * @throws AppError invalid_input, last_administrator, own_account, changed_meanwhile
 */
export async function editUser(scope: Scope, userId: string, changes: Changes, version?: number): Promise<User> {
  const before = await getUser(scope, userId, { lock: true });
  if (version !== undefined && version !== before.version) throw new AppError('changed_meanwhile', 409);
  const after: User = { ...before, ...changes };
  const faults = checkPersonalData(after);
  if (Object.keys(faults).length > 0) throw invalidInput(faults);
  if (before.role === 'administrator' && after.role !== 'administrator') {
    if (scope.actor.id === userId) throw new AppError('own_account', 409);
    if (before.status === 'activated' && (await countActiveAdministrators(scope)) <= 1) throw new AppError('last_administrator', 409);
  }
  const changed = (Object.keys(changes) as (keyof Changes)[]).filter((key) => before[key] !== after[key]);
  if (changed.length === 0) return before;
  if (!(await updateUser(scope, after))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.edited',
    subject: { kind: 'user', id: userId, name: fullName(after) },
    details: { before: pick(before, changed), after: pick(after, changed) },
  });
  return after;
}

const pick = (user: User, keys: (keyof Changes)[]) => Object.fromEntries(keys.map((key) => [key, user[key]]));
