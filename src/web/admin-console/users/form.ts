import { createUserWithTemporaryPassword } from '../../../domain/authentication/index.ts';
import { type CustomField, listCustomFields } from '../../../domain/custom-fields/index.ts';
import { inTransaction } from '../../../domain/scope.ts';
import { editUser, getUser, type Role } from '../../../domain/users/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

type FormValues = {
  firstName: string;
  lastName: string;
  email: string;
  username: string;
  role: Role;
  department: string;
  access: 'email' | 'username';
  /** By code, as typed or as kept. */
  custom: Record<string, unknown>;
  version?: number;
};
/** Codes are a company's own words, `constructor` among them: no object of ours has such a key already. */
const byCode = (entries: [string, unknown][]): Record<string, unknown> => Object.assign(Object.create(null), Object.fromEntries(entries));

const emptyForm: FormValues = {
  firstName: '',
  lastName: '',
  email: '',
  username: '',
  role: 'regular',
  department: '',
  access: 'email',
  custom: byCode([]),
};

export const showNew = (page: PageContext): Promise<void> => showForm(page, emptyForm);

async function showForm(
  page: PageContext,
  values: FormValues,
  userId?: string,
  fields: Record<string, string> = {},
  status = 200,
  fault?: string,
): Promise<void> {
  const customFields = await listCustomFields(page.scope);
  // a field is called customFields.cost_center where it is refused, custom_cost_center in the form
  const named = Object.fromEntries(Object.entries(fields).map(([name, text]) => [name.replace(/^customFields\./, 'custom_'), text]));
  renderPage(page, 'admin-console/user-form', { values, userId, customFields, fields: named, fault }, { status });
}

/** Those the form has: a field that was defined meanwhile stays as it is. */
const readCustom = ({ form }: PageContext, customFields: CustomField[]): Record<string, unknown> =>
  byCode(
    customFields
      .filter(({ code }) => form.has(`custom_${code}`))
      .map(({ code, type }) => {
        const texts = form.all(`custom_${code}`).filter((text) => text !== '');
        return [code, type === 'choices' ? texts : (texts[0] ?? '')];
      }),
  );

async function readValues(page: PageContext): Promise<FormValues> {
  const { form } = page;
  const text = (name: string) => form.get(name).trim();
  return {
    firstName: text('firstName'),
    lastName: text('lastName'),
    email: text('email'),
    username: text('username'),
    role: form.get('role') === 'administrator' ? 'administrator' : 'regular',
    department: text('department'),
    // filling in the one field says it as well as the choice
    access: form.get('access') === 'username' || (text('email') === '' && text('username') !== '') ? 'username' : 'email',
    custom: readCustom(page, await listCustomFields(page.scope)),
    version: shownVersion(page),
  };
}

export async function submitNew(page: PageContext): Promise<void> {
  const values = await readValues(page);
  const { access, email, username, department, version: _, custom: customFields, ...rest } = values;
  const login = access === 'username' ? { username } : { email };
  const user = await submitForm(
    page,
    () =>
      createUserWithTemporaryPassword(page.scope, { ...rest, ...login, department: department || undefined, customFields }, page.services),
    (fields, status, fault) => showForm(page, values, undefined, fields, status, fault),
  );
  if (user) redirectTo(page, `/admin/users/${user.userId}`, 'user_created');
}

export async function showEdit(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const custom = byCode((await listCustomFields(page.scope)).map(({ code, fieldId }) => [code, user.customValues[fieldId]]));
  await showForm(
    page,
    { ...emptyForm, ...user, custom, email: user.email ?? '', username: user.username ?? '', department: user.department ?? '' },
    user.userId,
  );
}

export async function submitEdit(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const values = { ...(await readValues(page)), email: user.email ?? '', username: user.username ?? '' };
  const { firstName, lastName, role, department, custom: customFields } = values;
  const done = await submitForm(
    page,
    () =>
      inTransaction(page.scope, (scope) =>
        editUser(scope, user.userId, { firstName, lastName, role, department: department || undefined, customFields }, shownVersion(page)),
      ),
    (fields, status, fault) => showForm(page, values, user.userId, fields, status, fault),
  );
  if (done) redirectTo(page, `/admin/users/${user.userId}`, 'user_edited');
}
