import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import { listCustomFields, readCustomValues } from '../../company/custom-fields/index.ts';
import { findFilledFields } from '../../people/directory-entries/index.ts';
import { editUser, getUser, tidyPerson, type User } from '../../people/users/index.ts';
import { useCase } from '../../scope.ts';

type Changes = Parameters<typeof editUser>[2];

/** As editUser, where the person's directory does not say it. What it says may be given as it is. @throws AppError field_of_directory by field, and those of editUser */
export const editPerson = useCase(async (scope, userId: string, changes: Changes, version?: number): Promise<User> => {
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
  return editUser(scope, userId, changes, version);
});
