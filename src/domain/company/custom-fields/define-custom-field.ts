import { newId } from '../../../platform/crypto/index.ts';
import { notifyChange } from '../../../platform/database/index.ts';
import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import { enqueue } from '../../job.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type Transaction, useCase } from '../../scope.ts';
import { type CustomField, checkCustomField } from './custom-field.ts';
import { customValuesOfField } from './jobs.ts';
import {
  dropCustomField,
  getCustomField,
  insertCustomField,
  listCustomFields,
  lockCustomFields,
  placeCustomField,
  updateCustomField,
} from './store.ts';

export type CustomFieldInput = Pick<CustomField, 'code' | 'label' | 'type' | 'options' | 'isRequired' | 'isPersonal' | 'claim'>;

const most = 50;

const subject = ({ fieldId, label }: CustomField) => ({ kind: 'custom-field' as const, id: fieldId, name: label });

/** S34. @throws AppError invalid_input, custom_field_taken, custom_fields_full */
export const createCustomField = useCase(async (scope, input: CustomFieldInput): Promise<CustomField> => {
  const faults = checkCustomField(input);
  if (Object.keys(faults).length > 0) throw invalidInput(faults);
  await lockCustomFields(scope);
  const existing = await listCustomFields(scope);
  if (existing.some(({ code }) => code === input.code)) throw new AppError('custom_field_taken', 409, { fields: { code: 'fields.taken' } });
  refuseTakenClaim(existing, input);
  if (existing.length >= most) throw new AppError('custom_fields_full', 409, { params: { most } });
  const field: CustomField = {
    ...input,
    fieldId: newId(scope.clock.now().getTime()),
    position: (existing.at(-1)?.position ?? 0) + 1,
    version: 1,
  };
  await insertCustomField(scope, field);
  await recordEvent(scope, { type: 'custom-field.created', subject: subject(field), details: { ...input } });
  await notifyChange(scope.db, scope.contextId);
  return field;
});

function refuseTakenClaim(existing: CustomField[], { claim, code }: CustomFieldInput): void {
  const other = claim && existing.find((one) => one.claim === claim && one.code !== code);
  if (other) throw new AppError('custom_field_claim_taken', 409, { params: { field: other.label }, fields: { claim: 'fields.taken' } });
}

type Changes = Pick<CustomFieldInput, 'label' | 'options' | 'isRequired' | 'isPersonal' | 'claim'>;

/**
 * People keep what they have; what a new rule asks for is asked when somebody next saves them.
 * @param version the one the editor saw
 * @throws AppError invalid_input, changed_meanwhile
 */
export const editCustomField = useCase(async (scope, fieldId: string, changes: Changes, version?: number): Promise<CustomField> => {
  const before = await getCustomField(scope, fieldId);
  if (version !== undefined && version !== before.version) throw new AppError('changed_meanwhile', 409);
  const after = { ...before, ...changes };
  const faults = checkCustomField(after);
  if (Object.keys(faults).length > 0) throw invalidInput(faults);
  const changed = (Object.keys(changes) as (keyof Changes)[]).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (changed.length === 0) return before;
  if (after.claim !== before.claim) {
    await lockCustomFields(scope);
    refuseTakenClaim(await listCustomFields(scope), after);
  }
  if (!(await updateCustomField(scope, after))) throw new AppError('changed_meanwhile', 409);
  after.version++;
  const pick = (field: CustomField) => Object.fromEntries(changed.map((key) => [key, field[key]]));
  await recordEvent(scope, { type: 'custom-field.edited', subject: subject(after), details: { before: pick(before), after: pick(after) } });
  await notifyChange(scope.db, scope.contextId);
  return after;
});

/** One place up or down in the order of forms. */
export const moveCustomField = useCase(async (scope, fieldId: string, by: -1 | 1): Promise<void> => {
  await lockCustomFields(scope);
  const field = await getCustomField(scope, fieldId);
  const fields = await listCustomFields(scope);
  const from = fields.findIndex((one) => one.fieldId === field.fieldId);
  if (!fields[from + by]) return;
  fields.splice(from, 1);
  fields.splice(from + by, 0, field);
  for (const [index, one] of fields.entries()) if (one.position !== index + 1) await placeCustomField(scope, one.fieldId, index + 1);
  await recordEvent(scope, { type: 'custom-field.edited', subject: subject(field), details: { moved: by < 0 ? 'up' : 'down' } });
});

/** Those that are named stand in this order, in the places that they have among them; others stay where they are. @returns whether that is another order */
export const arrangeCustomFields = useCase(async (scope, codes: string[]): Promise<boolean> => {
  await lockCustomFields(scope);
  const before = await listCustomFields(scope);
  const byCode = new Map(before.map((field) => [field.code, field]));
  const named = codes.flatMap((code) => byCode.get(code) ?? []);
  const after = before.map((field) => (codes.includes(field.code) ? named.shift()! : field));
  if (after.every(({ fieldId }, index) => fieldId === before[index]!.fieldId)) return false;
  for (const [index, one] of after.entries()) if (one.position !== index + 1) await placeCustomField(scope, one.fieldId, index + 1);
  const told = (fields: CustomField[]) => ({ order: fields.map(({ label }) => label).join(', ') });
  await recordEvent(scope, { type: 'custom-field.edited', details: { before: told(before), after: told(after) } });
  await notifyChange(scope.db, scope.contextId);
  return true;
});

/** Whether it may go, applications/custom-field-uses asks. The values that people have go by a job, in steps: there may be a million of them. */
export async function removeCustomField(scope: Transaction, fieldId: string): Promise<void> {
  const field = await getCustomField(scope, fieldId);
  await dropCustomField(scope, fieldId);
  await recordEvent(scope, { type: 'custom-field.deleted', subject: subject(field), details: { code: field.code } });
  await notifyChange(scope.db, scope.contextId);
  await enqueue(scope, customValuesOfField, { fieldId: field.fieldId });
}
