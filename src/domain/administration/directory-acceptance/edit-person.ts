import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import { listCustomFields, readCustomValues } from '../../company/custom-fields/index.ts';
import { findFilledFields } from '../../people/directory-entries/index.ts';
import { editUser, fullName, getUser, listAdministratorsAmong, tidyPerson, type User } from '../../people/users/index.ts';
import { useCase } from '../../scope.ts';
import { keepAdministrators } from '../../sign-in/authentication/index.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';

type Changes = Parameters<typeof editUser>[2];

/** `version`: the one the editor saw. The others as in `JoinOptions`. */
type How = { version?: number; usableFactors?: FactorKind[]; mayLockOut?: boolean };

/**
 * As editUser, where the person's directory does not say it. What it says may be given as it is. Who is an administrator stays one where nobody else of them gets in.
 * @throws AppError field_of_directory by field, role_locks_out, and those of editUser
 */
export const editPerson = useCase(async (scope, userId: string, changes: Changes, how: How = {}): Promise<User> => {
  const user = await getUser(scope, userId);
  const filled = await findFilledFields(scope, user.userId);
  if (filled) {
    const { customFields = {}, ...own } = changes;
    const tidy = tidyPerson(own);
    const changed = (['firstName', 'lastName', 'department'] as const).filter(
      (key) => key in tidy && (tidy[key] ?? '') !== (user[key] ?? ''),
    );
    const fields = (await listCustomFields(scope)).filter(({ code }) => Object.hasOwn(customFields, code));
    const { values } = readCustomValues(fields, customFields, user.customValues);
    const changedFields = fields.filter(({ fieldId }) => !isDeepStrictEqual(values[fieldId], user.customValues[fieldId]));
    const refused = [...changed, ...changedFields.map(({ code }) => `customFields.${code}`)].filter((name) => filled.fields.has(name));
    if (refused.length > 0)
      throw new AppError('field_of_directory', 409, {
        params: { directory: filled.directory.name },
        fields: Object.fromEntries(refused.map((name) => [name, 'fields.of_directory'])),
      });
  }
  const { version, usableFactors, mayLockOut } = how;
  const edit = () => editUser(scope, userId, changes, version);
  const isDemoted = changes.role === 'regular' && (await listAdministratorsAmong(scope, [userId])).length > 0;
  if (!isDemoted || mayLockOut) return edit();
  const refuse = () => new AppError('role_locks_out', 409, { params: { person: fullName(user) } });
  return keepAdministrators(scope, edit, { usableFactors, refuse });
});
