import { AppError } from '../../../platform/errors/index.ts';
import { type CustomField, customFieldName, listCustomFields, readCustomValues } from '../../company/custom-fields/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { useCase } from '../../scope.ts';
import { refusePerson } from './refuse-person.ts';
import { countActiveAdministrators, holdUser, updateUser } from './store.ts';
import { tidyPerson } from './tidy-person.ts';
import { checkPersonalData, fullName, type PersonalData, type User } from './user.ts';

type OwnChanges = Partial<Pick<PersonalData, 'firstName' | 'lastName' | 'role' | 'department'>>;
/** `customFields` by code, as a form or file gives them; those that are missing stay. */
type Changes = OwnChanges & { customFields?: Record<string, unknown> };

/**
 * S86, S87: name, role, department and custom fields; never the e-mail or username.
 * @param version the one the editor saw: another person's change since then is not overwritten
 * @throws AppError invalid_input, last_administrator, own_account, changed_meanwhile, status_conflict
 */
export const editUser = useCase(async (scope, userId: string, { customFields, ...input }: Changes, version?: number): Promise<User> => {
  const changes = tidyPerson(input);
  const before = await holdUser(scope, userId);
  if (version !== undefined && version !== before.version) throw new AppError('changed_meanwhile', 409);
  const fields = customFields ? await listCustomFields(scope) : [];
  const custom = customFields && readCustomValues(fields, customFields, before.customValues);
  const after: User = { ...before, ...changes, customValues: custom?.values ?? before.customValues };
  refusePerson(checkPersonalData(after), custom);
  if (before.role === 'administrator' && after.role !== 'administrator') {
    if (scope.actor.id === userId) throw new AppError('own_account', 409);
    if (before.status === 'activated' && (await countActiveAdministrators(scope)) <= 1) throw new AppError('last_administrator', 409);
  }
  const changed = (Object.keys(changes) as (keyof OwnChanges)[]).filter((key) => before[key] !== after[key]);
  const changedFields = fields.filter(
    ({ fieldId }) => JSON.stringify(before.customValues[fieldId]) !== JSON.stringify(after.customValues[fieldId]),
  );
  if (changed.length + changedFields.length === 0) return before;
  if (!(await updateUser(scope, after))) throw new AppError('changed_meanwhile', 409);
  await recordEvent(scope, {
    type: 'user.edited',
    subject: { kind: 'user', id: userId, name: fullName(after) },
    details: { before: pick(before, changed, changedFields), after: pick(after, changed, changedFields) },
  });
  return after;
});

const pick = (user: User, keys: (keyof OwnChanges)[], fields: CustomField[]) => ({
  ...Object.fromEntries(keys.map((key) => [key, user[key]])),
  // of personal data the audit says that it changed: the value goes with the person, the audit stays
  ...Object.fromEntries(
    fields.map(({ code, fieldId, isPersonal }) => [customFieldName(code), isPersonal ? '•••' : (user.customValues[fieldId] ?? null)]),
  ),
});
