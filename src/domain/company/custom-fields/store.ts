import { jsonText, run } from '../../../platform/database/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import type { Row } from '../../rows.ts';
import { isId, type Scope, type Transaction } from '../../scope.ts';
import type { CustomField } from './custom-field.ts';
import type { FieldClaim } from './field-claims.ts';

const fromRow = (row: Row<'custom_fields'>): CustomField => ({
  fieldId: row.field_id,
  code: row.code,
  label: row.label,
  type: row.type,
  options: row.options as string[],
  isRequired: row.is_required,
  isPersonal: row.is_personal,
  ...(row.claim ? { claim: row.claim as FieldClaim } : {}),
  position: row.position,
  version: row.version,
});

const columns = (field: CustomField) => ({
  code: field.code,
  label: field.label,
  type: field.type,
  options: jsonText(field.options),
  is_required: field.isRequired,
  is_personal: field.isPersonal,
  claim: field.claim ?? null,
  position: field.position,
});

const fields = ({ db, contextId }: Scope) => db('custom_fields').where('context_id', contextId);

const allFields = `SELECT field_id, code, label, type, options, is_required, is_personal, claim, position, version FROM custom_fields WHERE context_id = $1
  ORDER BY position, field_id`;

/** In the order in which forms show them. */
export const listCustomFields = async ({ db, contextId }: Scope): Promise<CustomField[]> =>
  (await run<Row<'custom_fields'>>(db, 'custom fields', allFields, [contextId])).rows.map(fromRow);

/** @throws AppError not_found; another context's id looks the same */
export async function getCustomField(scope: Scope, fieldId: string): Promise<CustomField> {
  const row = isId(fieldId) ? await fields(scope).where('field_id', fieldId).first() : undefined;
  if (!row) throw notFound();
  return fromRow(row);
}

export async function insertCustomField(scope: Transaction, field: CustomField): Promise<void> {
  await scope
    .db('custom_fields')
    .insert({ context_id: scope.contextId, field_id: field.fieldId, ...columns(field), created_at: scope.clock.now() });
}

/** @returns false when somebody changed it since `field.version` was read */
export const updateCustomField = async (scope: Transaction, field: CustomField): Promise<boolean> =>
  (await fields(scope)
    .where({ field_id: field.fieldId, version: field.version })
    .update({ ...columns(field), position: undefined, version: field.version + 1 })) === 1;

/** Changes of order and number wait for each other. */
export async function lockCustomFields({ db, contextId }: Transaction): Promise<void> {
  await db.raw("SELECT pg_advisory_xact_lock(hashtextextended('custom-fields ' || ?::text, 0))", [contextId]);
}

export async function placeCustomField(scope: Transaction, fieldId: string, position: number): Promise<void> {
  await fields(scope).where('field_id', fieldId).update({ position });
}

export async function dropCustomField(scope: Transaction, fieldId: string): Promise<void> {
  await fields(scope).where('field_id', fieldId).delete();
}
