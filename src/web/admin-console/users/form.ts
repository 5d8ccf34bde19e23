import { editPerson } from '../../../domain/administration/directory-acceptance/index.ts';
import { addPerson } from '../../../domain/administration/invitations/index.ts';
import { listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../../domain/company/new-accounts/index.ts';
import { getUser, type Role, recordView } from '../../../domain/people/users/index.ts';
import {
  byCode,
  namedAsInForm,
  type PageContext,
  type Refusal,
  readCustomFields,
  renderPage,
  rulesOf,
  savingCustomFields,
  usableFactors,
} from '../../request/index.ts';
import { type Choices, type LinkKind, linkKinds, linksOf, listChoices, noChoices, readChoices, wantsSearch } from '../choices.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { filledInputs, findOrigin, type Origin } from './origin.ts';

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
  await showForm(page, { ...emptyForm, activation: page.services.canMail ? activation : 'temporary-password' }, { choices: nothingChosen });
}

type Chosen = Record<LinkKind, Choices>;
const nothingChosen: Chosen = { groups: noChoices, applications: noChoices };
/** `userId` of a person who is edited, and where they come from; `choices` for a new one; `tab` to open. */
type Shown = { userId?: string; choices?: Chosen; tab?: string; origin?: Origin; refusal?: Refusal };

async function showForm(page: PageContext, values: FormValues, { choices, refusal, ...rest }: Shown): Promise<void> {
  const customFields = await listCustomFields(page.scope);
  const locals = {
    values,
    ...rest,
    filled: filledInputs(rest.origin, customFields),
    isSelf: rest.userId === page.session!.userId,
    customFields,
    // S57: only where people of the company may sign in with a username
    hasUsernames: (await rulesOf(page)).base.identifiers.username,
    canMail: page.services.canMail,
    lists: choices && {
      groups: await listChoices(page.scope, 'groups', choices.groups),
      applications: await listChoices(page.scope, 'applications', choices.applications),
    },
  };
  renderPage(page, 'admin-console/users/form', locals, { refusal: namedAsInForm(refusal) });
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
  const choices: Chosen = { groups: readChoices(page, 'groups'), applications: readChoices(page, 'applications') };
  const search = linkKinds.find((kind) => wantsSearch(page, kind));
  if (search) return showForm(page, values, { choices, tab: search });
  const { access, activation, email, username, department, version: _, custom: __, ...rest } = values;
  const login = access === 'username' ? { username } : { email };
  const person = { ...rest, ...login, department: department || undefined };
  const user = await submitForm(
    page,
    () =>
      savingCustomFields(
        page,
        () => listCustomFields(page.scope),
        (customFields) =>
          addPerson(page.scope, { person: { ...person, customFields }, links: linksOf(choices), activation, locale: page.locale }),
      ),
    (refusal) => showForm(page, values, { choices, refusal }),
  );
  if (user) redirectTo(page, `/admin/users/${user.userId}`, activation === 'invitation' ? 'user_invited' : 'user_created');
}

export async function showEdit(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  await recordView(page.scope, user);
  const custom = byCode((await listCustomFields(page.scope)).map(({ code, fieldId }) => [code, user.customValues[fieldId]]));
  await showForm(
    page,
    { ...emptyForm, ...user, custom, email: user.email ?? '', username: user.username ?? '', department: user.department ?? '' },
    { userId: user.userId, origin: await findOrigin(page.scope, user) },
  );
}

export async function submitEdit(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const origin = await findOrigin(page.scope, user);
  const customFields = await listCustomFields(page.scope);
  const filled = filledInputs(origin, customFields);
  const kept = { firstName: user.firstName, lastName: user.lastName, department: user.department ?? '' };
  const values = {
    ...(await readValues(page)),
    ...Object.fromEntries(Object.entries(kept).filter(([name]) => filled.has(name))),
    email: user.email ?? '',
    username: user.username ?? '',
  };
  for (const { code, fieldId } of customFields) if (filled.has(`custom_${code}`)) values.custom[code] = user.customValues[fieldId];
  const { firstName, lastName, role, department: typed } = values;
  const department = typed || undefined;
  const done = await submitForm(
    page,
    () =>
      savingCustomFields(
        page,
        async () => (await listCustomFields(page.scope)).filter(({ code }) => !filled.has(`custom_${code}`)),
        (custom) =>
          editPerson(
            page.scope,
            user.userId,
            { firstName, lastName, role, department, customFields: custom },
            { version: shownVersion(page), usableFactors: usableFactors(page) },
          ),
      ),
    (refusal) => showForm(page, values, { userId: user.userId, origin, refusal }),
  );
  if (done) redirectTo(page, `/admin/users/${user.userId}`, 'user_edited');
}
