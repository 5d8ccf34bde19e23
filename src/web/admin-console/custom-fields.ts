import { deleteCustomField } from '../../domain/applications/custom-field-uses/index.ts';
import {
  type CustomField,
  type CustomFieldInput,
  type CustomFieldType,
  createCustomField,
  customFieldTypes,
  editCustomField,
  type FieldClaim,
  fieldClaimNames,
  getCustomField,
  listCustomFields,
  moveCustomField,
} from '../../domain/company/custom-fields/index.ts';
import { type PageContext, type Refusal, type Route, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

const at = '/admin/custom-fields';

export const customFieldRoutes: Route[] = [
  { method: 'GET', path: at, access: 'administrator', handle: showFields },
  { method: 'GET', path: `${at}/new`, access: 'administrator', handle: async (page) => showForm(page, empty) },
  { method: 'POST', path: `${at}/new`, access: 'administrator', handle: submitNew, maxBytes: 300_000 },
  { method: 'GET', path: `${at}/:field/edit`, access: 'administrator', handle: showEdit },
  { method: 'POST', path: `${at}/:field/edit`, access: 'administrator', handle: submitEdit, maxBytes: 300_000 },
  { method: 'POST', path: `${at}/:field/move`, access: 'administrator', handle: submitMove },
  { method: 'GET', path: `${at}/:field/delete`, access: 'administrator', handle: confirmDeletion },
  { method: 'POST', path: `${at}/:field/delete`, access: 'administrator', handle: submitDeletion },
];

const empty: CustomFieldInput = { code: '', label: '', type: 'text', options: [], isRequired: false, isPersonal: false };

async function showFields(page: PageContext): Promise<void> {
  renderPage(page, 'admin-console/custom-fields/list', { customFields: await listCustomFields(page.scope) });
}

function showForm(page: PageContext, values: CustomFieldInput & { version?: number }, field?: CustomField, refusal?: Refusal): void {
  renderPage(
    page,
    'admin-console/custom-fields/form',
    { values, field, lines: { options: values.options.join('\n') }, types: customFieldTypes, claims: fieldClaimNames },
    { refusal },
  );
}

function readValues({ form }: PageContext): CustomFieldInput {
  return {
    code: form.get('code').trim(),
    label: form.get('label').trim(),
    type: form.get('type') as CustomFieldType,
    options: form.lines('options'),
    isRequired: form.get('isRequired') === 'yes',
    isPersonal: form.get('isPersonal') === 'yes',
    claim: (form.get('claim') || undefined) as FieldClaim | undefined,
  };
}

async function submitNew(page: PageContext): Promise<void> {
  const values = readValues(page);
  const field = await submitForm(
    page,
    () => createCustomField(page.scope, values),
    (refusal) => showForm(page, values, undefined, refusal),
  );
  if (field) redirectTo(page, at, 'custom_field_created');
}

async function showEdit(page: PageContext): Promise<void> {
  const field = await getCustomField(page.scope, page.params.field!);
  showForm(page, field, field);
}

async function submitEdit(page: PageContext): Promise<void> {
  const field = await getCustomField(page.scope, page.params.field!);
  const { label, options, isRequired, isPersonal, claim } = readValues(page);
  const changes = { label, options, isRequired, isPersonal, claim };
  const version = shownVersion(page);
  const done = await submitForm(
    page,
    () => editCustomField(page.scope, field.fieldId, changes, version),
    (refusal) => showForm(page, { ...field, ...changes, version }, field, refusal),
  );
  if (done) redirectTo(page, at, 'custom_field_edited');
}

async function submitMove(page: PageContext): Promise<void> {
  await moveCustomField(page.scope, page.params.field!, page.form.get('by') === 'up' ? -1 : 1);
  redirectTo(page, at, 'custom_field_edited');
}

async function confirmDeletion(page: PageContext): Promise<void> {
  const field = await getCustomField(page.scope, page.params.field!);
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.delete_custom_field',
    name: field.label,
    action: `${at}/${field.fieldId}/delete`,
    back: at,
    dangerous: true,
  });
}

async function submitDeletion(page: PageContext): Promise<void> {
  await deleteCustomField(page.scope, page.params.field!);
  redirectTo(page, at, 'custom_field_deleted');
}
