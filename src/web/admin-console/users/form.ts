import { createUserWithTemporaryPassword } from '../../../domain/authentication/index.ts';
import { listCustomFields } from '../../../domain/custom-fields/index.ts';
import { inviteUser } from '../../../domain/invitations/index.ts';
import { newAccountsSettings } from '../../../domain/new-accounts/index.ts';
import { inTransaction } from '../../../domain/scope.ts';
import { editUser, getUser, type Role } from '../../../domain/users/index.ts';
import { byCode, namedAsInForm, type PageContext, readCustomFields, renderPage } from '../../request/index.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';

type FormValues = {
  firstName: string;
  lastName: string;
  email: string;
  username: string;
  role: Role;
  department: string;
  access: 'email' | 'username';
  activation: 'invitation' | 'temporary-password';
  /** By code, as typed or as kept. */
  custom: Record<string, unknown>;
  version?: number;
};
const emptyForm: FormValues = {
  firstName: '',
  lastName: '',
  email: '',
  username: '',
  role: 'regular',
  department: '',
  access: 'email',
  activation: 'temporary-password',
  custom: byCode([]),
};

/** S64: with the option that the company chose, if mails reach anybody. */
export async function showNew(page: PageContext): Promise<void> {
  const { activation } = await page.services.findSettings(page.context.contextId, newAccountsSettings);
  await showForm(page, { ...emptyForm, activation: page.services.canMail ? activation : 'temporary-password' });
}

async function showForm(
  page: PageContext,
  values: FormValues,
  userId?: string,
  fields: Record<string, string> = {},
  status = 200,
  fault?: string,
): Promise<void> {
  const customFields = await listCustomFields(page.scope);
  renderPage(
    page,
    'admin-console/user-form',
    { values, userId, customFields, fields: namedAsInForm(fields), fault, canMail: page.services.canMail },
    { status },
  );
}

async function readValues(page: PageContext): Promise<FormValues> {
  const { form } = page;
  const text = (name: string) => form.get(name).trim();
  return {
    firstName: text('firstName'),
    lastName: text('lastName'),
    email: text('email'),
    username: text('username'),
    activation: form.get('activation') === 'invitation' ? 'invitation' : 'temporary-password',
    role: form.get('role') === 'administrator' ? 'administrator' : 'regular',
    department: text('department'),
    // filling in the one field says it as well as the choice
    access: form.get('access') === 'username' || (text('email') === '' && text('username') !== '') ? 'username' : 'email',
    custom: readCustomFields(page, await listCustomFields(page.scope)),
    version: shownVersion(page),
  };
}

export async function submitNew(page: PageContext): Promise<void> {
  const values = await readValues(page);
  const { access, activation, email, username, department, version: _, custom: customFields, ...rest } = values;
  const login = access === 'username' ? { username } : { email };
  const input = { ...rest, ...login, department: department || undefined, customFields };
  const user = await submitForm(
    page,
    () =>
      activation === 'invitation'
        ? inviteUser(page.scope, input, page.services.keyRing, page.locale)
        : createUserWithTemporaryPassword(page.scope, input, page.services),
    (fields, status, fault) => showForm(page, values, undefined, fields, status, fault),
  );
  if (user) redirectTo(page, `/admin/users/${user.userId}`, activation === 'invitation' ? 'user_invited' : 'user_created');
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
