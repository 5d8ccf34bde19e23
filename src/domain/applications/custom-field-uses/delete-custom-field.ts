import { AppError } from '../../../platform/errors/index.ts';
import { customFieldName, getCustomField, lockCustomFields, removeCustomField } from '../../company/custom-fields/index.ts';
import { useCase } from '../../scope.ts';
import { listApplicationsUsingField } from '../applications/index.ts';

/**
 * A field that an application is told would leave it with another name for people, or none: the mapping goes first.
 * @throws AppError not_found, custom_field_in_use naming the applications
 */
export const deleteCustomField = useCase(async (scope, fieldId: string): Promise<void> => {
  await lockCustomFields(scope); // no application begins to be told of it meanwhile
  const { code } = await getCustomField(scope, fieldId);
  const users = await listApplicationsUsingField(scope, customFieldName(code));
  if (users.length > 0) throw new AppError('custom_field_in_use', 409, { params: { applications: users.join(', ') } });
  await removeCustomField(scope, fieldId);
});
