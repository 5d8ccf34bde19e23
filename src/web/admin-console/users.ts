import { listApplicationsOfUser } from '../../domain/assignments/index.ts';
import { clearAttempts } from '../../domain/attempts/index.ts';
import { createUserWithTemporaryPassword, deleteAccount, giveTemporaryPassword } from '../../domain/authentication/index.ts';
import { showTemporaryPassword } from '../../domain/credentials/password/index.ts';
import { type CustomField, listCustomFields } from '../../domain/custom-fields/index.ts';
import { listGroupsOfUser } from '../../domain/groups/index.ts';
import { inTransaction } from '../../domain/scope.ts';
import {
  canChangeStatus,
  changeStatus,
  countUsers,
  editUser,
  fullName,
  getUser,
  listUsers,
  type Role,
  type StatusChange,
} from '../../domain/users/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

/** Fifty custom fields of a thousand characters, in any script. */
const largeForm = 1_000_000;

export const userRoutes: Route[] = [
  { method: 'GET', path: '/admin/users', access: 'administrator', handle: showUsers },
  { method: 'GET', path: '/admin/users/new', access: 'administrator', handle: (page) => showForm(page, emptyForm) },
  { method: 'POST', path: '/admin/users/new', access: 'administrator', handle: submitNew, maxBytes: largeForm },
  { method: 'GET', path: '/admin/users/:user', access: 'administrator', handle: showUser },
  { method: 'GET', path: '/admin/users/:user/edit', access: 'administrator', handle: showEdit },
  { method: 'POST', path: '/admin/users/:user/edit', access: 'administrator', handle: submitEdit, maxBytes: largeForm },
  { method: 'GET', path: '/admin/users/:user/:change', access: 'administrator', handle: confirmChange },
  { method: 'POST', path: '/admin/users/:user/:change', access: 'administrator', handle: submitChange },
];

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

async function showUsers(page: PageContext): Promise<void> {
  const filter = {
    search: page.query('q').slice(0, 100),
    role: page.query('role'),
    status: page.query('status'),
    cursor: page.query('after'),
  };
  const { items, cursor } = await listUsers(page.scope, filter);
  const count = await countUsers(page.scope, filter);
  renderPage(page, 'admin-console/users', { users: items, cursor, filter, count });
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

async function submitNew(page: PageContext): Promise<void> {
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

async function showUser(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const isSelf = page.session!.userId === user.userId;
  renderPage(page, 'admin-console/user', {
    user,
    name: fullName(user),
    isSelf,
    customFields: (await listCustomFields(page.scope)).map((field) => ({ ...field, value: user.customValues[field.fieldId] })),
    temporaryPassword: await showTemporaryPassword(page.scope, user, page.services.keyRing),
    groups: await listGroupsOfUser(page.scope, user.userId),
    applications: await listApplicationsOfUser(page.scope, user.userId),
    actions: Object.keys(changes).filter((change) => isOffered(change as Change, user, isSelf)),
  });
}

async function showEdit(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const custom = byCode((await listCustomFields(page.scope)).map(({ code, fieldId }) => [code, user.customValues[fieldId]]));
  await showForm(
    page,
    { ...emptyForm, ...user, custom, email: user.email ?? '', username: user.username ?? '', department: user.department ?? '' },
    user.userId,
  );
}

async function submitEdit(page: PageContext): Promise<void> {
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

/** The actions of a person's page, by the last part of their address. */
const changes = {
  unblock: { status: 'unblock', done: 'user_unblocked' },
  deactivate: { status: 'deactivate', done: 'user_deactivated' },
  reactivate: { status: 'reactivate', done: 'user_reactivated' },
  'reset-password': { status: undefined, done: 'password_reset' },
  delete: { status: undefined, done: 'user_deleted' },
} as const satisfies Record<string, { status: StatusChange | undefined; done: string }>;

type Change = keyof typeof changes;

function isOffered(change: Change, user: Awaited<ReturnType<typeof getUser>>, isSelf: boolean): boolean {
  const { status } = changes[change];
  if (isSelf && change !== 'unblock') return false;
  return status ? canChangeStatus(user, status) : change === 'delete' || user.status === 'activated';
}

async function loadChange(page: PageContext) {
  const change = page.params.change as Change;
  if (!Object.hasOwn(changes, change)) throw notFound();
  const user = await getUser(page.scope, page.params.user!);
  return { change, user, path: `/admin/users/${user.userId}` };
}

async function confirmChange(page: PageContext): Promise<void> {
  const { change, user, path } = await loadChange(page);
  if (!isOffered(change, user, page.session!.userId === user.userId)) return redirectTo(page, path);
  renderPage(page, 'admin-console/confirm', {
    question: `confirm.${change.replace('-', '_')}`,
    name: fullName(user),
    action: `${path}/${change}`,
    back: path,
    dangerous: change === 'delete' || change === 'deactivate',
  });
}

async function submitChange(page: PageContext): Promise<void> {
  const { change, user, path } = await loadChange(page);
  const { status, done } = changes[change];
  if (status) {
    await inTransaction(page.scope, async (scope) => {
      await changeStatus(scope, user.userId, status);
      if (status === 'unblock') await clearAttempts(scope, user.userId);
    });
  } else if (change === 'delete') await inTransaction(page.scope, (scope) => deleteAccount(scope, user.userId));
  else await giveTemporaryPassword(page.scope, user, page.services);
  redirectTo(page, change === 'delete' ? '/admin/users' : path, done);
}
