import { AppError } from '../../../platform/errors/index.ts';
import { arrangeCustomFields, createCustomField, editCustomField, listCustomFields } from '../../company/custom-fields/index.ts';
import type { Desired, DesiredContext } from '../configuration/index.ts';
import type { Applying } from './applying.ts';
import type { Placing } from './at-path.ts';
import { part } from './part.ts';

export async function applyCustomFields(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, field] of desired.customFields.entries())
    await part(applying, ['customFields', index], (inside) => applyCustomField(inside, field), inFilesWords);
  // those that were refused have no place
  if (applying.refused?.length) return;
  await applyOrder(
    applying,
    desired.customFields.map(({ code }) => code),
  );
}

const ownWords: Record<PropertyKey, string> = { isRequired: 'required', isPersonal: 'personal' };
const inFilesWords: Placing = ([name, ...rest]) => (name === undefined ? [] : [ownWords[name] ?? name, ...rest]);

/** Of those that are named, one after the other; the others stay where they are. */
export async function applyOrder({ scope, result }: Applying, codes: string[]): Promise<void> {
  if (await arrangeCustomFields(scope, codes)) result.changes.push({ action: 'changed', what: 'order of custom fields' });
}

async function applyCustomField({ scope, result }: Applying, desired: Desired<'customFields'>): Promise<void> {
  const { required: isRequired, personal: isPersonal, claim, ...rest } = desired;
  // left out it stays as it is; null takes it away
  const input = { ...rest, isRequired, isPersonal, ...(claim === undefined ? {} : { claim: claim ?? undefined }) };
  const found = (await listCustomFields(scope)).find(({ code }) => code === desired.code);
  if (!found) {
    await createCustomField(scope, input);
    result.changes.push({ action: 'created', what: `custom field ${desired.code}` });
    return;
  }
  if (found.type !== desired.type)
    throw new AppError('custom_field_type', 422, { params: { type: found.type }, fields: { type: 'errors.custom_field_type' } });
  const edited = await editCustomField(scope, found.fieldId, input);
  if (edited.version !== found.version) result.changes.push({ action: 'changed', what: `custom field ${desired.code}` });
}
